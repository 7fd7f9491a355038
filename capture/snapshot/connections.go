package snapshot

// Connections are how many TCP connections a process has with one peer.
type Connections struct {
	// Peer is the address of the other side: "10.0.0.7:5432" of what the process has
	// connected to, and without a port of its own clients, each of which has another.
	Peer string
	// Port is that of the process that the clients came to, 0 of what it has connected
	// to itself.
	Port  uint16
	Count int64
}

// MaxConnections bounds the peers that are kept.
const MaxConnections = 16
