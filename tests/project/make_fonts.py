"""Make the bundled fonts anew: `python tests/project/make_fonts.py LIBERATION_FOLDER DEJAVU_FOLDER`; needs fontTools.

Sans is a subset of Liberation Sans 2.1.5, Symbols of DejaVu Sans 2.37: the characters that Sans lacks. Both are
renamed, as a modified font has to be. Kerning and hints are dropped, so that a text is as wide as its characters.
"""

import os
import sys
import unicodedata
from pathlib import Path

from fontTools import subset  # type: ignore[import-not-found]

FOLDER = os.fspath(Path(__file__).parents[2] / "tracegraph" / "fonts")
# Latin, spacing and combining marks, Greek, Cyrillic, punctuation, scripts, letterlike, arrows, maths, shapes, marks.
RANGES = (
    (0x20, 0x17F),
    (0x192, 0x192),
    (0x2B0, 0x308),
    (0x30C, 0x30C),
    (0x370, 0x45F),
    (0x490, 0x491),
    (0x1D00, 0x1DBF),
    (0x1E00, 0x1EFF),
    (0x2010, 0x205E),
    (0x2070, 0x209C),
    (0x20A0, 0x20BF),
    (0x20D6, 0x20D7),
    (0x2100, 0x214F),
    (0x2150, 0x215F),
    (0x2190, 0x22FF),
    (0x2308, 0x230B),
    (0x2320, 0x2321),
    (0x239B, 0x23AE),
    (0x2460, 0x2473),
    (0x2500, 0x25FF),
    (0x2605, 0x2606),
    (0x2610, 0x2612),
    (0x2639, 0x263A),
    (0x26A0, 0x26A1),
    (0x2713, 0x2718),
    (0x2776, 0x2793),
    (0x27C0, 0x27FF),
    (0x2900, 0x290F),
    (0x2A00, 0x2A10),
    (0x2A2F, 0x2A2F),
    (0x2A7D, 0x2A7E),
    (0x2C7C, 0x2C7C),
    (0xFB01, 0xFB02),
    (0xFFFD, 0xFFFD),
    (0x1D538, 0x1D56B),
    (0x1D7D8, 0x1D7E1),
)
UNUSED = {"Cc", "Cf", "Zl", "Zp"}
WANTED = {
    code for low, high in RANGES for code in range(low, high + 1) if unicodedata.category(chr(code)) not in UNUSED
}
SPACES = {code for code in range(0x10000) if unicodedata.category(chr(code)) == "Zs"}


def cut(source, codes):
    """The font with these characters alone."""
    options = subset.Options(
        layout_features=["mark", "mkmk", "ccmp"],
        hinting=False,
        notdef_outline=True,
        name_IDs=["*"],
        glyph_names=False,
        legacy_kern=False,
    )
    options.drop_tables += ["FFTM", "PCLT", "gasp", "VDMX", "hdmx", "LTSH", "kern", "MATH"]
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    return font


def save(font, family, style, origin):
    """Write it under its new name, with the copyright and licence entries of the original."""
    names = font["name"]
    names.names = [record for record in names.names if record.nameID in (0, 13, 14) and record.platformID == 3]
    short = f"{family.replace(' ', '')}-{style}"
    fields = {1: family, 2: style, 3: short, 4: f"{family} {style}", 5: "Version 1.0", 6: short, 10: origin}
    for number, text in fields.items():
        names.setName(text, number, 3, 1, 0x409)
    font["head"].modified, font.recalcTimestamp = font["head"].created, False
    font.save(os.path.join(FOLDER, short + ".ttf"))


def share_spaces(sans, symbols):
    """Give both fonts the same spaces: Pango draws a space in the font of the character before it."""
    ours, theirs = sans.getBestCmap(), symbols.getBestCmap()
    for code in SPACES & ours.keys() & theirs.keys():
        symbols["hmtx"][theirs[code]] = (sans["hmtx"][ours[code]][0], symbols["hmtx"][theirs[code]][1])


def main(liberation, dejavu):
    for style, suffix in (("Regular", ""), ("Bold", "-Bold")):
        sans = cut(os.path.join(liberation, f"LiberationSans-{style}.ttf"), WANTED)
        symbols = cut(os.path.join(dejavu, f"DejaVuSans{suffix}.ttf"), WANTED - sans.getBestCmap().keys() | SPACES)
        share_spaces(sans, symbols)
        save(sans, "Tracegraph Sans", style, "A subset of a font with the widths of Arial; see LICENSE-OFL.txt.")
        save(symbols, "Tracegraph Symbols", style, "A subset of DejaVu Sans; see LICENSE-DEJAVU.txt.")


if __name__ == "__main__":
    main(*sys.argv[1:])
