"""Starting Stave on a machine that has nothing but Python.

Everything here is standard library: it runs before any package is installed. `entry` decides,
`environment` installs, `up` starts and watches the processes of an installation, `suite` runs the
tests.
"""
