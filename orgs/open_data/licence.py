"""Under which licence the directory's public data may be passed on, and how to name where it is from.

Names, codes and opening hours are facts that nobody owns; what an agency writes about itself is its text. One licence for
both is what people can keep to, and naming the agency with the day of its last confirmation is what readers need.
"""

IDENTIFIER = "CC-BY-4.0"  # as SPDX lists it
NAME = "Creative Commons Attribution 4.0 International"
URL = "https://creativecommons.org/licenses/by/4.0/"
ATTRIBUTION = (
    "Name the agency, the portal 同行 Tongxing with the address of the record, and the day on which the agency last "
    "confirmed it (assured_date). Say if you changed something. Logos are marks of the agencies and not part of this."
)
#: For the header of every answer that carries data (RFC 8288).
LINK = f'<{URL}>; rel="license"'
