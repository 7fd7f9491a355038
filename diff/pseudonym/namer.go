package pseudonym

import (
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/binary"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// std are the import paths of Go's standard library, one a line, as go list std
// has them. The path alone does not tell: a module may be called "time/travel".
//
//go:embed std.txt
var std string

// Namer gives names. It is not safe for concurrent use.
type Namer struct {
	salt     []byte
	words    map[string]string // by the word they stand for
	made     map[string]bool   // all that were given
	standard map[string]bool   // import paths
	foreign  map[string]bool   // functions that are named as if they were standard
}

// New returns a namer whose pseudonyms depend on the salt, which must be kept
// secret, and best be random and of 16 bytes or more.
func New(salt []byte) *Namer {
	n := &Namer{salt: salt, words: make(map[string]string), made: make(map[string]bool), standard: make(map[string]bool), foreign: make(map[string]bool)}
	for line := range strings.Lines(std) {
		n.standard[strings.TrimSuffix(line, "\n")] = true
	}
	return n
}

// A pseudonym is made of syllables of a consonant and a vowel, which people can
// read, say and compare.
const (
	consonants = "bcdfghjklmnprstvwxyz"
	vowels     = "aeiou"
	syllables  = 5
)

// Word returns the pseudonym of a text as a whole. It begins with a capital if
// the text does, as what Go exports.
func (n *Namer) Word(text string) string {
	if text == "" {
		return ""
	}
	if known, ok := n.words[text]; ok {
		return known
	}
	mac := hmac.New(sha256.New, n.salt)
	mac.Write([]byte(text))
	sum := mac.Sum(nil)
	word := spell(binary.BigEndian.Uint64(sum), syllables)
	if first, _ := utf8.DecodeRuneInString(text); unicode.IsUpper(first) {
		word = strings.ToUpper(word[:1]) + word[1:]
	}
	if n.made[word] { // one in 10^10 for two words: a longer one keeps them apart
		word += spell(binary.BigEndian.Uint64(sum[8:]), syllables)
	}
	n.words[text], n.made[word] = word, true
	return word
}

// spell writes a number as so many syllables.
func spell(number uint64, syllables int) string {
	var b strings.Builder
	for range syllables {
		pair := number % (uint64(len(consonants)) * uint64(len(vowels)))
		number /= uint64(len(consonants)) * uint64(len(vowels))
		b.WriteByte(consonants[pair/uint64(len(vowels))])
		b.WriteByte(vowels[pair%uint64(len(vowels))])
	}
	return b.String()
}

// ID returns the pseudonym of an identifier that was itself made from names by
// a hash without a salt, of which anybody could try out guesses: what stands
// before its first dash, then a number.
func (n *Namer) ID(id string) string {
	kind, _, ok := strings.Cut(id, "-")
	if !ok {
		return n.Word(id)
	}
	mac := hmac.New(sha256.New, n.salt)
	mac.Write([]byte(id))
	return kind + "-" + hex.EncodeToString(mac.Sum(nil)[:8])
}
