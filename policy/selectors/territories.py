"""Territory codes in words: ISO 3166-1 codes as DDEX uses them, and the groups that people name."""

from __future__ import annotations

from collections.abc import Iterable

EUROPEAN_UNION = frozenset({
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE",
    "IT", "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
})  # fmt: skip

NAMES: dict[str, str] = dict(
    pair.split("=", 1)
    for pair in """
AD=Andorra|AE=United Arab Emirates|AF=Afghanistan|AG=Antigua and Barbuda|AL=Albania
AM=Armenia|AO=Angola|AR=Argentina|AT=Austria|AU=Australia|AZ=Azerbaijan
BA=Bosnia and Herzegovina|BB=Barbados|BD=Bangladesh|BE=Belgium|BF=Burkina Faso|BG=Bulgaria
BH=Bahrain|BI=Burundi|BJ=Benin|BN=Brunei|BO=Bolivia|BR=Brazil|BS=Bahamas|BT=Bhutan
BW=Botswana|BY=Belarus|BZ=Belize|CA=Canada|CD=DR Congo|CF=Central African Republic|CG=Congo
CH=Switzerland|CI=Ivory Coast|CL=Chile|CM=Cameroon|CN=China|CO=Colombia|CR=Costa Rica
CU=Cuba|CV=Cape Verde|CY=Cyprus|CZ=Czechia|DE=Germany|DJ=Djibouti|DK=Denmark|DM=Dominica
DO=Dominican Republic|DZ=Algeria|EC=Ecuador|EE=Estonia|EG=Egypt|ER=Eritrea|ES=Spain
ET=Ethiopia|FI=Finland|FJ=Fiji|FM=Micronesia|FR=France|GA=Gabon|GB=United Kingdom|GD=Grenada
GE=Georgia|GH=Ghana|GM=Gambia|GN=Guinea|GQ=Equatorial Guinea|GR=Greece|GT=Guatemala
GW=Guinea-Bissau|GY=Guyana|HK=Hong Kong|HN=Honduras|HR=Croatia|HT=Haiti|HU=Hungary
ID=Indonesia|IE=Ireland|IL=Israel|IN=India|IQ=Iraq|IR=Iran|IS=Iceland|IT=Italy|JM=Jamaica
JO=Jordan|JP=Japan|KE=Kenya|KG=Kyrgyzstan|KH=Cambodia|KI=Kiribati|KM=Comoros
KN=Saint Kitts and Nevis|KP=North Korea|KR=South Korea|KW=Kuwait|KZ=Kazakhstan|LA=Laos
LB=Lebanon|LC=Saint Lucia|LI=Liechtenstein|LK=Sri Lanka|LR=Liberia|LS=Lesotho|LT=Lithuania
LU=Luxembourg|LV=Latvia|LY=Libya|MA=Morocco|MC=Monaco|MD=Moldova|ME=Montenegro|MG=Madagascar
MH=Marshall Islands|MK=North Macedonia|ML=Mali|MM=Myanmar|MN=Mongolia|MO=Macao|MR=Mauritania
MT=Malta|MU=Mauritius|MV=Maldives|MW=Malawi|MX=Mexico|MY=Malaysia|MZ=Mozambique|NA=Namibia
NE=Niger|NG=Nigeria|NI=Nicaragua|NL=Netherlands|NO=Norway|NP=Nepal|NR=Nauru|NZ=New Zealand
OM=Oman|PA=Panama|PE=Peru|PG=Papua New Guinea|PH=Philippines|PK=Pakistan|PL=Poland
PS=Palestine|PT=Portugal|PW=Palau|PY=Paraguay|QA=Qatar|RO=Romania|RS=Serbia|RU=Russia
RW=Rwanda|SA=Saudi Arabia|SB=Solomon Islands|SC=Seychelles|SD=Sudan|SE=Sweden|SG=Singapore
SI=Slovenia|SK=Slovakia|SL=Sierra Leone|SM=San Marino|SN=Senegal|SO=Somalia|SR=Suriname
SS=South Sudan|ST=Sao Tome and Principe|SV=El Salvador|SY=Syria|SZ=Eswatini|TD=Chad|TG=Togo
TH=Thailand|TJ=Tajikistan|TL=Timor-Leste|TM=Turkmenistan|TN=Tunisia|TO=Tonga|TR=Turkey
TT=Trinidad and Tobago|TV=Tuvalu|TW=Taiwan|TZ=Tanzania|UA=Ukraine|UG=Uganda|US=United States
UY=Uruguay|UZ=Uzbekistan|VA=Vatican City|VC=Saint Vincent and the Grenadines|VE=Venezuela
VN=Vietnam|VU=Vanuatu|WS=Samoa|XK=Kosovo|YE=Yemen|ZA=South Africa|ZM=Zambia|ZW=Zimbabwe
""".strip().replace("\n", "|").split("|")
)  # fmt: skip

MOST_NAMED = 3
"""Territories that a sentence names before it counts them."""


def name(code: str) -> str:
    """The short English name of a territory; an unknown code stands for itself."""
    return NAMES.get(code, code)


def phrase(codes: Iterable[str]) -> str:
    """Territories as a sentence says them: `Germany and France`, `the European Union and Norway`.

    Empty is `everywhere`; more than a few are counted.
    """
    left = set(codes)
    if not left:
        return "everywhere"
    named = []
    if left >= EUROPEAN_UNION:
        left -= EUROPEAN_UNION
        named.append("the European Union")
    if len(left) > MOST_NAMED:
        named.append(f"{len(left)} {'other ' if named else ''}territories")
    else:
        named += sorted(name(code) for code in left)
    *most, last = named
    return f"{', '.join(most)} and {last}" if most else last


def brief(codes: Iterable[str]) -> str:
    """Territories for a narrow column: `EU`, `EU +3`, `DE FR`, `12 territories`."""
    left = set(codes)
    if left >= EUROPEAN_UNION:
        left -= EUROPEAN_UNION
        return f"EU +{len(left)}" if left else "EU"
    return f"{len(left)} territories" if len(left) > MOST_NAMED else " ".join(sorted(left))
