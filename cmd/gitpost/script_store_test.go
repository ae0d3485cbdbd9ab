package main

import (
	"gitpost/bridge/objects/objectstest"
)

// store start|stop starts an S3-compatible store at $STORE, whose bucket has its files in $BUCKET, and
// stops and starts it again.
func (s *scene) store(args []string) {
	s.usage(args, 1, "store start|stop")
	switch {
	case args[0] == "stop":
		s.objects.Stop()
	case s.objects != nil:
		s.objects.Resume()
	default:
		s.objects = objectstest.Run(sceneTest{s.ts})
		s.ts.Setenv("STORE", "{endpoint: '"+s.objects.Endpoint+"', access_key: "+objectstest.AccessKey+
			", secret_key: "+objectstest.SecretKey+"}")
		s.ts.Setenv("BUCKET", s.objects.Files)
	}
}
