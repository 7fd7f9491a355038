package target

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// system is a file system of its own, made of the files that matter.
func system(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		name = filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const (
	mountV2     = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	mountsV1    = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	mountHybrid = mountsV1 + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
)

func TestCgroup(t *testing.T) {
	for _, test := range []struct {
		name, cgroup, mounts string
		files                map[string]string // below /sys/fs/cgroup
		want                 Cgroup
	}{
		{
			"version 2", "0::/user.slice/app.service\n", mountV2,
			map[string]string{"user.slice/app.service/memory.max": "536870912\n", "user.slice/app.service/memory.current": "1000\n"},
			Cgroup{536870912, 1000},
		},
		{
			"a lower one further up", "0::/pods/pod/container\n", mountV2,
			map[string]string{
				"pods/pod/container/memory.max": "max\n", "pods/pod/container/memory.current": "1\n",
				"pods/pod/memory.max": "300\n", "pods/pod/memory.current": "200\n",
				"pods/memory.max": "400\n", "pods/memory.current": "350\n",
			},
			Cgroup{300, 200},
		},
		{
			"two that are equal", "0::/pod/container\n", mountV2,
			map[string]string{
				"pod/container/memory.max": "300\n", "pod/container/memory.current": "1\n",
				"pod/memory.max": "300\n", "pod/memory.current": "200\n",
			},
			Cgroup{300, 200},
		},
		{"no limit", "0::/app\n", mountV2, map[string]string{"app/memory.max": "max\n", "app/memory.current": "1\n"}, Cgroup{}},
		{"no controller", "0::/\n", mountV2, nil, Cgroup{}},
		{
			"a cgroup namespace", "0::/\n", mountV2,
			map[string]string{"memory.max": "700\n", "memory.current": "7\n"}, Cgroup{700, 7},
		},
		{
			"a container's part of the tree", "0::/docker/1f2e/init\n",
			"31 23 0:28 /docker/1f2e /sys/fs/cgroup ro - cgroup2 cgroup rw\n",
			map[string]string{"init/memory.max": "max\n", "memory.max": "700\n", "memory.current": "7\n"}, Cgroup{700, 7},
		},
		{
			"version 1", "12:cpu,cpuacct:/app\n4:memory:/app/web\n0::/other\n", mountHybrid,
			map[string]string{
				"memory/app/web/memory.limit_in_bytes": "9223372036854771712\n", "memory/app/web/memory.usage_in_bytes": "5\n",
				"memory/app/memory.limit_in_bytes": "800\n", "memory/app/memory.usage_in_bytes": "8\n",
				"memory/memory.limit_in_bytes": "9223372036854771712\n",
				"unified/other/memory.max":     "1\n",
			},
			Cgroup{800, 8},
		},
		{
			"memory counted by version 2 beside version 1", "12:cpu:/app\n0::/app\n", mountHybrid,
			map[string]string{"unified/app/memory.max": "900\n", "unified/app/memory.current": "9\n"}, Cgroup{900, 9},
		},
		{
			"a name with colons and blanks", "0::/a: b\n", strings.Replace(mountV2, "/sys/fs/cgroup", `/sys/fs/cgroup/my\040own`, 1),
			map[string]string{"my own/a: b/memory.max": "900\n"}, Cgroup{900, 0},
		},
		{
			"nonsense in the files", "0::/app/x\n", mountV2,
			map[string]string{"app/x/memory.max": "-5\n", "app/memory.max": "many\n", "memory.max": ""}, Cgroup{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := map[string]string{"proc/42/cgroup": test.cgroup, "proc/self/mountinfo": test.mounts}
			for name, text := range test.files {
				files["sys/fs/cgroup/"+name] = text
			}
			if got, err := readCgroup(system(t, files), 42); err != nil || got != test.want {
				t.Errorf("%+v, %v; want %+v", got, err, test.want)
			}
		})
	}
}

func TestCgroupIsUnknown(t *testing.T) {
	for _, test := range []struct{ name, cgroup, mounts string }{
		{"no cgroups", "", mountV2},
		{"another text", "memory\n::\n1:2\n", mountV2},
		{"not mounted", "0::/app\n", "31 23 0:28 / / rw - ext4 /dev/sda rw\nshort line\n\n"},
		{"a mount of another controller", "4:memory:/app\n", strings.Replace(mountsV1, "rw,memory", "rw,pids", 1)},
		{"outside of the part that is mounted", "0::/other\n", "31 23 0:28 /docker/1f2e /sys/fs/cgroup ro - cgroup2 cgroup rw\n"},
		{"of a like name", "0::/docker/1f2e3\n", "31 23 0:28 /docker/1f2e /sys/fs/cgroup ro - cgroup2 cgroup rw\n"},
		{"outside of the namespace", "0::/../other\n", mountV2},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := system(t, map[string]string{"proc/42/cgroup": test.cgroup, "proc/self/mountinfo": test.mounts, "sys/fs/cgroup/memory.max": "1\n"})
			if got, err := readCgroup(root, 42); err == nil {
				t.Errorf("it is said to be %+v", got)
			}
		})
	}
	if _, err := readCgroup(t.TempDir(), 42); err == nil {
		t.Error("a process that ended has a limit")
	}
}

// The system at hand may set any limit or none, but it does not make this fail.
func TestCgroupOfThisProcess(t *testing.T) {
	p, err := newProcess(os.Getpid(), "self")
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Cgroup()
	t.Logf("%+v, %v", got, err)
	if got.Limit < 0 || got.Limit >= noLimit || got.Used < 0 || got.Limit == 0 && got.Used > 0 {
		t.Errorf("the limit is %+v", got)
	}
}

func BenchmarkCgroup(b *testing.B) {
	p, err := newProcess(os.Getpid(), "self")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		_, _ = p.Cgroup() // in none, perhaps: that takes as long
	}
}

func TestGoMemLimit(t *testing.T) {
	for _, test := range []struct {
		environ string
		want    int64
	}{
		{"PATH=/bin\x00GOMEMLIMIT=512MiB\x00HOME=/\x00", 512 << 20},
		{"GOMEMLIMIT=1073741824", 1 << 30}, {"GOMEMLIMIT=7B", 7}, {"GOMEMLIMIT=3KiB", 3 << 10}, {"GOMEMLIMIT=2GiB", 2 << 30}, {"GOMEMLIMIT=1TiB", 1 << 40},
		{"GOMEMLIMIT=1GiB\x00GOMEMLIMIT=2GiB", 1 << 30},
		{"GOMEMLIMIT=off", 0}, {"GOMEMLIMIT=", 0}, {"GOMEMLIMIT=0", 0}, {"GOMEMLIMIT=-5MiB", 0}, {"GOMEMLIMIT=1GB", 0}, {"GOMEMLIMIT=1.5GiB", 0}, {"GOMEMLIMIT=GiB", 0},
		{"GOMEMLIMIT=9223372036854775807", 0}, {"GOMEMLIMIT=9999999TiB", 0}, {"GOMEMLIMIT=99999999999999999999", 0},
		{"XGOMEMLIMIT=1GiB\x00GOMEMLIMITS=1GiB\x00A=GOMEMLIMIT=1GiB", 0}, {"", 0},
	} {
		if got := goMemLimit([]byte(test.environ)); got != test.want {
			t.Errorf("%q: the limit is %d, want %d", test.environ, got, test.want)
		}
	}
}
