// Package theme holds the palette.
//
// What flows in is one fact, whether the terminal's background is dark; what
// flows out is a [Theme], a value that is handed to whatever draws. There is
// one accent colour; red, amber and green are kept for verdicts, so that a
// coloured number always means something.
//
// Colours are written as they are meant; the renderer lowers them to what the
// terminal can show and drops them under NO_COLOR. Whatever a colour says must
// therefore also stand there as a word or a glyph.
package theme
