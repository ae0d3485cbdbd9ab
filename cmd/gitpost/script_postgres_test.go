package main

import (
	"github.com/rogpeppe/go-internal/testscript"

	"gitpost/bridge/postgrestest"
)

// sceneTest is a scenario as a test.
type sceneTest struct{ *testscript.TestScript }

func (t sceneTest) Cleanup(end func()) { t.Defer(end) }

// postgres start|stop starts a PostgreSQL server with an empty database at $DATABASE, and stops and
// starts it again.
func (s *scene) postgres(args []string) {
	s.usage(args, 1, "postgres start|stop")
	switch {
	case args[0] == "stop":
		s.database.Stop()
	case s.database != nil:
		s.database.Resume()
	default:
		s.database = postgrestest.Run(sceneTest{s.ts})
		s.ts.Setenv("DATABASE", s.database.New())
	}
}
