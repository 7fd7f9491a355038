package leak

// Subslice is whole buffers that are kept for a part of each. Its claim has
// the value size (bytes of each).
const Subslice Check = "subslice"

// subslice finds whole buffers that are kept where a small part of each is
// likely meant: input is read into them, and parts of it are cut out, which
// keep all of it. A profile does not show who refers to what, so that this is
// told by the function that allocates alone.
func subslice() detector[*growth] {
	return detector[*growth]{
		check: Subslice,
		finds: func(_ *scene, g *growth) bool {
			size, ok := g.objectSize()
			return ok && size >= largeBuffer && (g.named(readWords()) || g.calls(readers()...))
		},
		claim: func(_ *scene, g *growth) Fact {
			size, _ := g.objectSize()
			return Fact{}.With("size", size, Bytes)
		},
		says: func(f Fact) string {
			return "buffers of " + f.bytes("size") + " that were read into are kept whole, perhaps for a small part of each"
		},
		facts:   (*scene).heapFacts,
		recheck: (*scene).heapRecheck,
		remedy: remedy{
			inGo:   "copy the part that is needed (bytes.Clone, strings.Clone) so that the buffer can go; if all of it is needed, bound how much is kept",
			native: "copy the part that is needed into a buffer of its own; if all of it is needed, bound how much is kept",
		},
	}
}

// largeBuffer is from which size on an object is a buffer.
const largeBuffer = 4 << 10

func readWords() []string {
	return []string{"read", "segment", "chunk", "fetch", "parse", "scan", "body", "download"}
}

func readers() []string {
	return []string{"io.ReadAll", "os.ReadFile", "os.readFileContents", "bytes.(*Buffer).ReadFrom", "bufio.(*Scanner).Scan", "bufio.(*Reader).ReadBytes", "bufio.(*Reader).ReadString"}
}
