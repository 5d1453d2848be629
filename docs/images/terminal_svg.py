#!/usr/bin/env python3
"""Draws terminal output as SVG: reads text with ANSI colours on standard input, writes the picture to standard output.

    promproof check --color always … | docs/images/terminal_svg.py 'promproof check …' > picture.svg

The first argument is the command line that is shown above the output. Every run of text has its own place and width, so
that frames stay closed whatever font the reader's machine has.
"""
import re
import sys
import unicodedata
from html import escape

CELL, LINE, SIZE, PADDING = 8.43, 19, 14, 16
BACKGROUND, FOREGROUND, FAINT = "#1c2128", "#cdd9e5", "#768390"
COLOURS = {30: "#545d68", 31: "#f47067", 32: "#57ab5a", 33: "#c69026", 34: "#539bf5", 35: "#b083f0", 36: "#39c5cf",
           37: "#909dab", 90: "#636e7b", 91: "#ff938a", 92: "#6bc46d", 93: "#daaa3f", 94: "#6cb6ff", 95: "#dcbdfb",
           96: "#56d4dd", 97: "#cdd9e5"}


def runs(line):
    """The pieces of a line with the attributes that hold for each, as SVG knows them."""
    colour, bold, faint, underline = None, False, False, False
    for text, codes in re.findall(r"([^\x1b]*)(?:\x1b\[([\d;]*)m)?", line):
        if text:
            style = f'fill="{colour or (FAINT if faint else FOREGROUND)}"'
            style += ' font-weight="bold"' * bold + ' text-decoration="underline"' * underline
            yield text, style
        for code in (int(c or 0) for c in (codes.split(";") if codes or "\x1b[m" in line else [])):
            if code == 0:
                colour, bold, faint, underline = None, False, False, False
            elif code == 1:
                bold = True
            elif code == 2:
                faint = True
            elif code == 4:
                underline = True
            elif code == 22:
                bold = faint = False
            elif code == 24:
                underline = False
            elif code == 39:
                colour = None
            elif code in COLOURS:
                colour = COLOURS[code]


def columns(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def main():
    command = sys.argv[1]
    lines = [f"\x1b[32m$\x1b[0m \x1b[1m{command}\x1b[0m"] + sys.stdin.read().rstrip("\n").split("\n")
    widest = max(columns(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in lines)
    width, height = widest * CELL + 2 * PADDING, len(lines) * LINE + 2 * PADDING
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
          f'viewBox="0 0 {width:.0f} {height:.0f}">')
    print(f"<title>Output of {escape(command)}</title>")
    print(f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>')
    print(f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" '
          f'font-size="{SIZE}">')
    for row, line in enumerate(lines):
        y, column = PADDING + row * LINE + 14, 0
        for text, style in runs(line):
            # Two blanks or more are a place, not text: viewers make one of them.
            for piece in re.finditer(r"\S+(?: \S+)*", text):
                x = PADDING + (column + columns(text[:piece.start()])) * CELL
                print(f'<text x="{x:.1f}" y="{y}" textLength="{columns(piece[0]) * CELL:.1f}" '
                      f'lengthAdjust="spacingAndGlyphs" {style}>{escape(piece[0])}</text>')
            column += columns(text)
    print("</g>\n</svg>")


if __name__ == "__main__":
    main()
