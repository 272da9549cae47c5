"""The one layout of rule files: the same content is always the same text.

`text` formats a file's text, `files` those of a folder; `command` is what people call. Comments
stay with what they stand at. Before anything is written it is read again and compared: the same
values, the same CEL tokens, the same comments.
"""
