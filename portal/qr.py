"""Two-dimensional codes that a telephone reads from the screen or from paper."""

import segno


def picture(text: str) -> str:
    """The code for a text, as the address of a picture (`data:`), dark on white in both colour schemes."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=3, dark="#000", light="#fff")
