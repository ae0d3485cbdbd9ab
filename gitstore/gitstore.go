// Package gitstore keeps a bare clone of one branch: snapshots to read, commits to write,
// and the traffic with the remote. It knows nothing of posts.
//
// What Update has returned is durable: pack, index and ref are fsynced. One writer, any
// number of readers; readers never wait for the writer, a fetch, a push or upkeep.
//
// # When both sides changed
//
// A commit that Update acknowledged and that is not pushed yet is replayed when the remote
// moved: each file is compared with the commit's parent ("base"), and
//
//   - a file that only one side changed is as that side has it;
//   - a file that both changed goes through Config.Merge. Where that reports a conflict, or
//     there is no Merge or it fails, the newer text of the two stays in the file, and the other
//     one is in the history: the replayed commit keeps our text as it was, and a commit
//     after it brings the merged one;
//   - a file that was changed here and deleted there is restored with our text;
//   - a file that was deleted here and changed there stays as they have it;
//   - a file that was renamed on one side and changed on the other is changed under its new
//     name; Renamed says what counts as a rename.
//     What our commit adds beside a file called index follows it to its new folder;
//   - two files that were added on both sides under one name, with different content, are
//     both kept: ours gets "-2" (or the next free number) behind its name. A file called
//     index or _index stands for its folder, which is renamed with all that the commit puts
//     into it;
//   - a file whose path there leads through something else now (a symlink, a submodule, a
//     file) gets a new name in the same way.
//
// All but the first are reported in a "Conflict" trailer of the commit and in Status; a clean
// merge is not. In every case both texts can be found in the branch's history.
//
// A remote whose history was rewritten is followed: the branch becomes what the remote has,
// with the commits on top that were never pushed. The tip before is kept in
// refs/gitstore/before-rewrite/.
//
// # When the host refuses a commit
//
// A host may refuse a whole push because of one commit: a secret, a file above its limit. The
// commits that were never pushed are then sorted by the files they change, and pushed without
// the ones that the host refuses. Those wait, are listed in Status.Refused and are tried again
// from time to time. When a later commit changes the same file, both become one commit, so
// that what was fixed or deleted is in no pushed commit. The files of the branch are the same
// all the time; the former commits are kept in refs/gitstore/refused/. Pushed commits are never
// rewritten.
//
// # What is never written
//
// A path that leads through a symlink or a submodule, or is one; a path that .gitattributes
// sends through a filter (LFS, git-crypt), which only a work tree could apply; a path that
// Git itself forbids. Update then fails with a *PathError. Text files get the line endings
// that .gitattributes asks for; a file keeps its mode.
package gitstore

import (
	"io"
	"log/slog"
	"time"

	"gitpost/gitstore/git"
)

// Hash names a Git object, in hexadecimal.
type Hash = git.Hash

// Config says where a Store lives. Dir and Remote are required.
type Config struct {
	Dir    string // the bare clone; made by the first Open
	Remote string // a path, or a file, http, https, ssh or scp-like URL
	Branch string // default: the remote's HEAD
	Folder string // the folder that snapshots show and edits change; "" for the whole repository

	Username, Password string // for http(s); a token goes into Password
	SSHKeyFile         string // for ssh; default: the agent, then ~/.ssh/id_*
	KnownHostsFile     string // default: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts

	AuthorName, AuthorEmail string

	SigningKeyFile string // an SSH key without a passphrase that signs every commit; "" signs none
	SignOff        bool   // every commit of Update gets a Signed-off-by line of its author
	SubjectPattern string // what subjects look like, with {subject} for the words; "" stands for these alone

	Poll      time.Duration // how often to check the remote for new commits; 0: never
	PushDelay time.Duration // how long a push waits for more commits

	// Merge brings two versions of one file together when a commit is replayed on a tip that
	// changed the same file. conflict reports that "theirs" won some place. nil: theirs wins.
	// "theirs" is the newer of the two versions, wherever it was written.
	Merge func(path string, base, ours, theirs []byte) (merged []byte, conflict bool, err error)

	// Advanced is called, one call at a time and never while a lock is held, after the
	// published tip moved (by an Update, a fetch or a replay). Moves during a call
	// are reported by one more. An Update does not wait for it.
	Advanced func(old, tip *Snapshot)

	// RemoteMoved is called when Status.Remote has moved, by a push or a fetch. It must not block.
	RemoteMoved func()

	Log      *slog.Logger
	Progress io.Writer // progress of the first clone; nil: none
}

// Edit computes a change. A Change without files commits nothing (Commit.Hash is the tip's),
// and so does one whose files are all as they were.
type Edit func(at *Snapshot) (Change, error)

// Change is one commit to be.
type Change struct {
	Message                 string    // subject, blank line, body, trailers
	Files                   []File    // the last of several with one path counts
	AuthorName, AuthorEmail string    // default: the Config's
	When                    time.Time // default: now
	SkipCI                  bool      // "[skip ci]", unless something that waits for the push wants a build
	Empty                   bool      // commit also when no file changes, to have the site built again
}

// File is one path's new state. A new file gets mode 100644; an existing one keeps its mode.
type File struct {
	Path   string
	Data   []byte
	Open   func() (io.ReadCloser, error) // in place of Data, for large files; called again when the edit is
	Size   int64                         // with Open
	Delete bool                          // no error when there is no such file
}

// Commit is a durable commit.
type Commit struct {
	Hash     Hash
	Snapshot *Snapshot

	pending *pending // nil when nothing was committed
}

// Push reports whether a commit is on the remote.
type Push struct {
	Pushed bool
	Reason string // when not: in words for a person ("the remote cannot be reached: …", "protected branch …")
}

// Status is the state of the clone and of the traffic with the remote.
type Status struct {
	Moved      string    // where the host redirects to: the repository moved there; "" when it did not
	Refused    []Refusal // commits that the host refuses and that wait until they are fixed
	Branch     string
	Tip        Hash      // durable here
	Remote     Hash      // last seen there
	Unpushed   int       // commits that wait
	OldestWait time.Time // zero when none wait
	LastPush   time.Time
	LastFetch  time.Time
	Problem    string   // why commits wait, or why the last fetch failed; "" when all is well
	Disk       string   // why nothing can be written here; "" when it can, as far as is known
	Conflicts  []string // the newest of those since Open, in words
	Packs      int      // packs in the clone; upkeep keeps them few
	Counts     Counts
}

// Counts are numbers since Open.
type Counts struct {
	Commits                uint64 // made by Update
	Pushes, FailedPushes   uint64
	Fetches, FailedFetches uint64
}
