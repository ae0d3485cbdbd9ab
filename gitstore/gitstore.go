// Package gitstore keeps a bare clone of one branch: snapshots to read, commits to write,
// and the traffic with the remote. It knows nothing of posts.
//
// What Update has returned is durable: pack, index and ref are fsynced. One writer, any
// number of readers; readers never wait for the writer, a fetch, a push or upkeep.
package gitstore

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"time"
)

// Hash names a Git object, in hexadecimal.
type Hash string

// Config says where a Store lives. Dir and Remote are required.
type Config struct {
	Dir    string // the bare clone; made by the first Open
	Remote string // a path, or a file, http, https, ssh or scp-like URL
	Branch string // default: the remote's HEAD

	Username, Password string // for http(s); a token goes into Password
	SSHKeyFile         string // for ssh; default: the agent, then ~/.ssh/id_*
	KnownHostsFile     string // default: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts

	AuthorName, AuthorEmail string

	Poll      time.Duration // how often the remote is looked at; 0: never
	PushDelay time.Duration // how long a push waits for more commits

	// Merge brings two versions of one file together when a commit is replayed on a tip that
	// changed the same file. conflict tells that "theirs" won some place. nil: theirs wins.
	Merge func(path string, base, ours, theirs []byte) (merged []byte, conflict bool, err error)

	// Advanced is called, one call at a time and never while a lock is held, after the
	// published tip moved (by an Update, a fetch or a replay).
	Advanced func(old, tip *Snapshot)

	Log      *slog.Logger
	Progress io.Writer // progress of the first clone; nil: none
}

// Store is safe for concurrent use.
type Store struct{}

// Open opens the clone, making it first when there is none, and starts the store's
// goroutines; Close stops them. An unreachable remote is an error only when there is no
// clone yet. A second Open of the same Dir by any process fails with ErrLocked.
func Open(ctx context.Context, c Config) (*Store, error) { panic("skeleton") }

// Close finishes what is under way, tries one last push until ctx ends, and releases the folder.
func (s *Store) Close(ctx context.Context) error { panic("skeleton") }

// Snapshot is the newest durable state.
func (s *Store) Snapshot() *Snapshot { panic("skeleton") }

// Update commits what edit makes of the newest state. edit is a pure function of the
// snapshot and may run more than once (the remote moved, or a batch was built anew); its
// error is returned as it is, and nothing is committed. When Update returns without error
// the commit is durable. Edits see the effect of all earlier ones.
func (s *Store) Update(ctx context.Context, edit Edit) (*Commit, error) { panic("skeleton") }

// Edit computes a change. A Change without files commits nothing (Commit.Hash is the tip's).
type Edit func(at *Snapshot) (Change, error)

// Change is one commit to be.
type Change struct {
	Message                 string // subject, blank line, body, trailers
	Files                   []File
	AuthorName, AuthorEmail string    // default: the Config's
	When                    time.Time // default: now
	SkipCI                  bool
}

// File is one path's new state. A new file gets mode 100644; an existing one keeps its mode.
type File struct {
	Path   string
	Data   []byte
	Open   func() (io.ReadCloser, error) // in place of Data, for large files; called again when the edit is
	Size   int64                         // with Open
	Delete bool
}

// Commit is a durable commit.
type Commit struct {
	Hash     Hash
	Snapshot *Snapshot
}

// Push tells how far the delivery of a commit came.
type Push struct {
	Pushed bool
	Reason string // when not: in words for a person ("the remote cannot be reached: …", "protected branch …")
}

// WaitPushed waits until the commit is on the remote, the remote refused or could not be
// reached, or ctx ended. While the remote is known to be down it returns at once.
func (s *Store) WaitPushed(ctx context.Context, c *Commit) Push { panic("skeleton") }

// Sync fetches now and, when something waits, pushes. Calls that arrive together share one fetch.
func (s *Store) Sync(ctx context.Context) error { panic("skeleton") }

// Status is what an operator wants to know.
type Status struct {
	Branch     string
	Tip        Hash      // durable here
	Remote     Hash      // last seen there
	Unpushed   int       // commits that wait
	OldestWait time.Time // zero when none wait
	LastPush   time.Time
	LastFetch  time.Time
	Problem    string // why commits wait, or why the last fetch failed; "" when all is well
	Conflicts  []string
}

// Status is cheap and never waits.
func (s *Store) Status() Status { panic("skeleton") }

// Snapshot is the tree of one commit. It implements fs.FS, fs.ReadFileFS, fs.ReadDirFS and
// fs.StatFS, never changes, and is safe for concurrent use. Submodules and symlinks are
// listed with their mode and cannot be opened.
type Snapshot struct{}

// Commit is the commit of the snapshot; "" for the empty state before the first commit.
func (s *Snapshot) Commit() Hash { panic("skeleton") }

// Tree is the root tree.
func (s *Snapshot) Tree() Hash { panic("skeleton") }

func (s *Snapshot) Open(name string) (fs.File, error)          { panic("skeleton") }
func (s *Snapshot) ReadFile(name string) ([]byte, error)       { panic("skeleton") }
func (s *Snapshot) ReadDir(name string) ([]fs.DirEntry, error) { panic("skeleton") }
func (s *Snapshot) Stat(name string) (fs.FileInfo, error)      { panic("skeleton") }

// Walk calls f for each regular file, in path order. Trees are read once; blobs are not read.
func (s *Snapshot) Walk(f func(path string, blob Hash) error) error { panic("skeleton") }

// Blob reads a blob by name, also one that only the history has.
func (s *Snapshot) Blob(h Hash) ([]byte, error) { panic("skeleton") }

// ReadBlobs reads many blobs fast (on all cores, each goroutine with its own storage) and
// calls f from several goroutines.
func (s *Snapshot) ReadBlobs(ctx context.Context, blobs []Hash, f func(i int, data []byte) error) error {
	panic("skeleton")
}

// Delta is one path that differs between two snapshots; an empty hash: not there.
type Delta struct {
	Path     string
	Old, New Hash
}

// Diff lists what differs from s to next, regular files only, in path order.
func (s *Snapshot) Diff(next *Snapshot) ([]Delta, error) { panic("skeleton") }

// LogEntry is one commit of the first-parent history.
type LogEntry struct {
	Hash    Hash
	Message string
	When    time.Time
	At      *Snapshot // the state after it
	Before  *Snapshot // the state before it
}

// Log walks the first-parent history, newest first, until f returns false.
func (s *Snapshot) Log(ctx context.Context, f func(LogEntry) bool) error { panic("skeleton") }

// OpenReader gives the newest snapshot of an existing clone without its lock, beside a
// running Store; fs.ErrNotExist when there is no clone.
func OpenReader(dir string) (*Snapshot, error) { panic("skeleton") }
