# SPDX-License-Identifier: Apache-2.0
"""What test_podman.py says to both engines, in order, and the documents it compares.

One command a line. @IMAGE and its like are filled in for each engine. After "<" stands what
is typed into the command. "~" before a line: what it prints is not compared, only its exit
code and its complaint. A line in capitals is one of the actions in test_podman.py.
"""

# Waits until PATIENT has set its trap in this run. A runtime that is about to become the
# shell catches every signal: SIGUSR2, too.
READY = (
    "sh", "-c",
    "until grep -q '^SigCgt:.*[4-7c-f][0-7]..$' /proc/1/status; do sleep 0.05; done",
)

# Which sections depend on the runtime; the others run with one of them.
OF_THE_RUNTIME = ("the commands of containers", "signals and exit codes")

SCRIPT = r"""
## usage
~ --version
nosuch
--nosuch
~ container
~ volume
~ network
container nosuch
volume nosuch
~ help nosuch
~ run --help
~ ps --help
~ volume create --help
ps -Z
ps --nosuch
ps too many
run
create
run --nosuch
run -Z
run --memory=lots @IMAGE true
run --pids-limit=x @IMAGE true
run --cpus=x @IMAGE true
run --env
run -e
stop -t x a
kill -s NOSUCH a
kill -s 99 a
kill
stop
start
restart
rm
rm -t 5 x
wait
wait --interval=x a
pause
unpause
inspect
logs
top
port
exec
exec nobody
attach
rename
rename a
rename a b c
rmi
tag
tag a
untag
pull
load too many
import
save
history
history a b
diff
export
cp
cp a
commit
stats --nosuch
port a b c
volume create too many
volume rm
volume inspect
network create too many
network rm
network inspect
stop --all a
rm --all a
kill --all a
pause --all a
unpause --all a
start --all a
start --latest a
stop --latest a
kill --latest a
rm --latest a
wait --latest a
inspect --latest a
exec --latest
top --latest
port --latest
logs --latest
attach --latest
logs --latest a
diff --latest a
attach --latest a
stats --latest a
port --all a
run --memory=-1 @IMAGE true
run --shm-size=-1 @IMAGE true

## an empty store
ps
ps -a
ps -aq
images -q nosuch
volume ls
volume ls -q
volume ls --filter=dangling=bogus
volume ls --filter=dangling
volume prune -f --filter=until=bogus
ps --format json
ps --format {{.ID}}
start nosuch
stop nosuch
restart nosuch
kill nosuch
pause nosuch
unpause nosuch
wait nosuch
rm nosuch
rm -f nosuch
rm -i nosuch
stop -i nosuch
inspect nosuch
inspect --type=container nosuch
inspect --type=image nosuch
inspect --type=volume nosuch
inspect --type=network nosuch
inspect --type=nosuch nosuch
container inspect nosuch
image inspect nosuch
volume inspect nosuch
network inspect nosuch
container exists nosuch
image exists nosuch
volume exists nosuch
network exists nosuch
logs nosuch
top nosuch
port nosuch
exec nosuch true
exec nosuch
attach nosuch
rename nosuch other
rmi nosuch
rmi -f nosuch
rmi -i nosuch
tag nosuch a
untag nosuch
history nosuch
save nosuch
volume rm nosuch
volume rm -f nosuch
network rm nosuch
network rm -f nosuch
diff nosuch
export nosuch
commit nosuch
cp nosuch:/x /tmp
mount nosuch
unmount nosuch
update --memory=1m nosuch
healthcheck run nosuch
stats --no-stream nosuch
stats nosuch
secret inspect nosuch
secret rm nosuch
run --pull=never nosuch true
run --pull=never localhost/nosuch:1 true

## create, and what it refuses
load -q -i @ARCHIVE
create --name=new --network=none @IMAGE true
create --name=new --network=none @IMAGE true
create --name=new --replace --network=none @IMAGE true
create --replace @IMAGE true
create --name=-bad @IMAGE true
create --name=bad/name @IMAGE true
create --pull=nosuch @IMAGE
create --rm --restart=always @IMAGE true
create --restart=nosuch @IMAGE true
create --restart=always:3 @IMAGE true
create --network=nosuch @IMAGE true
create --network=container:nosuch @IMAGE true
create --network=none --ip=10.1.1.1 @IMAGE true
create --pid=nosuch @IMAGE true
create --pid=container:nosuch @IMAGE true
create --ipc=nosuch @IMAGE true
create --uts=nosuch @IMAGE true
create --userns=nosuch @IMAGE true
create --cgroupns=nosuch @IMAGE true
create --uts=host --hostname=x @IMAGE true
create --cgroups=nosuch @IMAGE true
create --log-driver=nosuch @IMAGE true
create --log-opt=nosuch=1 @IMAGE true
create --ulimit=nosuch @IMAGE true
create --ulimit=nofile=5:3 @IMAGE true
create --ulimit=nosuch=1:2 @IMAGE true
create --ulimit=nofile=5:6 @IMAGE true
create --security-opt=nosuch @IMAGE true
create --security-opt=nosuch=x @IMAGE true
create --security-opt=seccomp=/no/such.json @IMAGE true
create --cap-add=nosuch @IMAGE true
create --cap-drop=nosuch @IMAGE true
create --device=/dev/nosuch @IMAGE true
create --device=/dev/null:/dev/x:z @IMAGE true
create --sysctl=nosuch @IMAGE true
create --sysctl=nosuch=1 @IMAGE true
create --sysctl=kernel.shm_rmid_forced=1 --ipc=host @IMAGE true
create --dns=nosuch @IMAGE true
create --add-host=nosuch @IMAGE true
create --add-host=a:nosuch @IMAGE true
create --no-hosts --add-host=a:10.1.1.1 @IMAGE true
create --ip=nosuch @IMAGE true
create --mac-address=nosuch @IMAGE true
create -p x:y @IMAGE true
create -p 99999:80 @IMAGE true
create -p 80:80/nosuch @IMAGE true
create -p 1.2.3:80:80 @IMAGE true
create -p 8-5:80 @IMAGE true
create -p 80-82:80-81 @IMAGE true
create --expose=nosuch @IMAGE true
create -v relative:x @IMAGE true
create -v /no/such:/x @IMAGE true
create -v a:b:c:d @IMAGE true
create -v vol:/x:nosuch @IMAGE true
create -v /tmp:/x -v /var:/x @IMAGE true
create -v bad/name:/x @IMAGE true
create --mount=type=nosuch,target=/x @IMAGE true
create --mount=type=bind,target=/nosuch @IMAGE true
create --mount=type=bind,source=/tmp @IMAGE true
create --mount=type=bind,source=/no/such,target=/x @IMAGE true
create --mount=type=tmpfs @IMAGE true
create --mount=type=volume,target=/x,nosuch=1 @IMAGE true
create --mount=type=tmpfs,target=/x,source=y @IMAGE true
create --mount=nosuch @IMAGE true
create --tmpfs=relative @IMAGE true
create --tmpfs=/x:nosuch @IMAGE true
create --volumes-from=nosuch @IMAGE true
create --image-volume=nosuch @IMAGE true
create --env-file=/no/such @IMAGE true
create --label==x @IMAGE true
create --label-file=/no/such @IMAGE true
create --annotation=nosuch @IMAGE true
create --user=nosuch --name=nouser --network=none @IMAGE true
start nouser
start -a nouser
rm nouser
create --workdir=relative @IMAGE true
create --stop-signal=nosuch @IMAGE true
create --umask=x @IMAGE true
create --tz=No/Such @IMAGE true
create --memory=1k @IMAGE true
create --memory=10m --memory-swap=5m @IMAGE true
create --memory-reservation=20m --memory=10m @IMAGE true
create --cpus=1 --cpu-quota=1000 @IMAGE true
create --cpus=-1 @IMAGE true
create --blkio-weight=5 @IMAGE true
create --memory-swappiness=200 @IMAGE true
create --oom-score-adj=2000 @IMAGE true
create --shm-size=x @IMAGE true
create --pids-limit=-5 @IMAGE true
create --cpuset-cpus=99 --network=none @IMAGE true
create --secret=nosuch @IMAGE true
create --requires=nosuch @IMAGE true
create --health-cmd=true --health-interval=x @IMAGE true
create --health-retries=0 @IMAGE true
create --health-cmd=true --health-retries=0 @IMAGE true
create --network=none -p 80:80 @IMAGE true
create --no-healthcheck --health-cmd=true @IMAGE true
create --cidfile=@CID @IMAGE true
create --cidfile=@CID @IMAGE true
create --init --init-path=/no/such @IMAGE true
create --rootfs /no/such true
~ rm -f -a
ps -a

## the commands of containers
run --rm --network=none @IMAGE echo hello
run --rm --network=none @IMAGE sh -c "echo out; echo err >&2; exit 3"
run --rm --network=none @IMAGE /no/such
run --rm --network=none @IMAGE nosuch
run --rm --network=none @IMAGE /bin/not-a-program
run --rm --network=none @IMAGE /etc
run --rm --network=none -i @IMAGE cat < some input
run --rm --network=none @IMAGE cat < some input
run --rm --network=none --user=1000 @IMAGE id
run --rm --network=none --user=nosuch @IMAGE id
run --rm --network=none --user=alice @IMAGE id
run --rm --network=none --user=1000:50 @IMAGE id
run --rm --network=none --user=5000:6000 @IMAGE tail -n1 /etc/passwd /etc/group
run --rm --network=none --group-add=nosuch @IMAGE id
run --rm --network=none --name=own --hostname=of.own @IMAGE grep of.own /etc/hosts
run --rm --network=host --name=own --hostname=of.own @IMAGE grep -o of.own /etc/hosts
run --rm --network=none --workdir= @IMAGE pwd
run --rm --network=none --workdir=/not/there @IMAGE pwd
run --rm --network=none --workdir=/bin/sh @IMAGE pwd
run --rm --network=none -v /not/there --workdir=/not/there @IMAGE pwd
run --rm --network=none -e A=1 -e B @IMAGE sh -c "echo $A$B"
run --rm --network=none --unsetenv=TERM @IMAGE sh -c "echo $TERM"
run --rm --network=none --unsetenv-all @IMAGE /bin/sh -c "echo $container"
run --rm --network=none --memory=1m @IMAGE true
run --rm --network=none -a nosuch @IMAGE true
run --rm --network=none -a stdout @IMAGE sh -c "echo out; echo err >&2"
run --rm --network=none -d -a stdout @IMAGE true
run --rm --network=none -t @IMAGE tty
run --rm --network=none --read-only @IMAGE touch /x
run --rm --network=none --read-only @IMAGE touch /tmp/x
run --rm --network=none --cap-drop=all @IMAGE chown 1000 /etc
run --rm --network=none @IMAGE grep -E "Cap|NoNew|Seccomp:" /proc/self/status
run --rm --network=none --privileged @IMAGE grep -E "NoNew|Seccomp:" /proc/self/status
run --rm --network=none --user=alice @IMAGE grep -E "Cap|NoNew|Seccomp:" /proc/self/status
run --rm --network=none --user=alice --cap-add=chown @IMAGE grep Cap /proc/self/status
run --rm --network=none --security-opt=no-new-privileges @IMAGE grep NoNew /proc/self/status
run --rm --network=none --security-opt=seccomp=unconfined @IMAGE grep Seccomp: /proc/self/status
run --rm --network=none --ulimit=nofile=100:200 --ulimit=nproc=1000:1000 @IMAGE sh -c "ulimit -Sn; ulimit -Hn"
run --rm --network=none --sysctl=kernel.shmmax=4096 @IMAGE cat /proc/sys/kernel/shmmax
run --rm --network=none @IMAGE cat /proc/sys/net/ipv4/ping_group_range
run --rm --network=none --umask=0077 @IMAGE sh -c umask
run --rm --network=none --oom-score-adj=7 @IMAGE cat /proc/self/oom_score_adj
run --rm --network=none --hostname=anchor @IMAGE sh -c "uname -n; cat /etc/hostname"
run --rm --network=none --shm-size=3145728 @IMAGE df -k /dev/shm
run --rm --network=none @IMAGE df -k /dev/shm
run --rm --network=none --tmpfs=/scratch:size=1048576,mode=700 @IMAGE sh -c "stat -c %a /scratch; df -k /scratch"
run --rm --network=none -v named:/seed @IMAGE ls /seed
run --rm --network=none -v named:/data:ro @IMAGE touch /data/x
run --rm --network=none --device=/dev/null:/dev/hole @IMAGE stat -c "%t:%T" /dev/hole
run --rm --network=none --dns=10.9.9.9 --dns-search=example.org --dns-opt=ndots:3 @IMAGE cat /etc/resolv.conf
run --rm --network=none --init @IMAGE sh -c "echo $PPID"
run --rm --network=none localhost/configured:1
run --rm --network=none localhost/configured:1 mine
run --rm --network=none --entrypoint= localhost/configured:1 echo x
run --rm --network=none --entrypoint=/bin/sh localhost/configured:1 -c "id -u; pwd; stat -c %u .; echo $COLOUR"
run --rm --network=none --detach-keys=nosuch @IMAGE true
volume rm named

## signals and exit codes
run --rm --network=none @IMAGE true
run --rm --network=none @IMAGE false
run --rm --network=none @IMAGE sh -c "exit 42"
run --rm --network=none @IMAGE sh -c "exit 125"
run --rm --network=none @IMAGE sh -c "exit 126"
run --rm --network=none @IMAGE sh -c "exit 127"
run --rm --network=none --init @IMAGE sh -c "kill -TERM $$"
run --rm --network=none --init @IMAGE sh -c "kill -KILL $$"
run -d --name=r --network=none --stop-timeout=1 @IMAGE PATIENT
exec r READY
rm r
start -a r nosuch
start -a r r
pause r
pause r
exec r true
stop r
start r
restart r
kill -s 0 r
unpause r
exec r READY
unpause r
pause -a
pause -a
unpause -a
unpause -a
exec r true
exec r false
exec r sh -c "exit 42"
exec r /no/such
exec r nosuch
exec r /bin/not-a-program
exec r /etc
exec -i r cat < input
exec r cat < input
exec --user=nosuch r id
exec --user=1000 r id
exec --user=1000:50 r id
exec --workdir=/no/such r pwd
exec --workdir=/etc r pwd
exec -e A=1 r sh -c "echo $A"
exec --env-file=/no/such r true
exec r
exec -d r true
exec -t r tty
exec --preserve-fds=x r true
exec r sh -c "kill -9 $$"
top r nosuch
~ top r pid args
~ top r -eo nosuch
~ top r -o pid,comm
kill -s 0 r
kill -s USR1 r
kill -s TERM r
wait r
inspect --format "{{.State.ExitCode}} {{.State.Running}}" r
~ start r
kill -s KILL r
wait r
inspect --format "{{.State.ExitCode}} {{.State.Running}}" r
restart -t 0 r
exec r READY
stop r
inspect --format "{{.State.ExitCode}} {{.State.Running}}" r
stop r
~ start r
~ start r
stop -t 0 r
inspect --format "{{.State.ExitCode}} {{.State.Running}}" r
rm r

## a life
create --name=life --network=none @IMAGE sh -c "echo hello; echo err >&2; exit 3"
wait --condition=nosuch life
kill life
pause life
unpause life
exec life true
top life
attach life
stop life
logs life
port life
port life 80
rename life life
rename life -bad
start life
wait life
wait life life
logs life
logs --tail=1 life
logs --tail=x life
logs --since=nosuch life
logs --until=nosuch life
start -a life
ps -a --format "{{.Names}} {{.State}}"
ps -a --format "{{.Names}} {{.Exited}} {{.ExitCode}} {{.Status}}"
stop life
kill life
pause life
rename life d
inspect --format {{.State.ExitCode}} d
inspect --format {{.Nosuch}} d
inspect --format {{.State.Nosuch}} d
inspect --format {{nosuch}} d
inspect --format "{{.Name}} {{len .Args}} {{index .Args 0}} {{json .Args}}" d
inspect --format "{{if .State.Running}}runs{{else}}over{{end}} {{upper .Name}} {{.Config.Image | printf \"%q\"}}" d
~ inspect d nosuch
inspect -f {{.Name}} d nosuch d
container inspect -f {{.Name}} d
rm d
rm d

## several at once
run -d --name=one --network=none @IMAGE PATIENT
run -d --name=two --network=none @IMAGE PATIENT
exec one READY
exec two READY
pause one nosuch two
~ unpause -a
pause one two
unpause one nosuch two
~ unpause -a
kill -s 0 one nosuch two
stop -t 0 one nosuch two
~ stop -t 0 one two
wait one nosuch two
start one nosuch two
start one two
restart -t 0 one nosuch two
rm one nosuch two
rm -i one nosuch
rm one two nosuch
~ rm -f -t 0 one two
run -d --name=one --network=none @IMAGE PATIENT
rm -f -t 0 one nosuch
RESET
run -d --name=one --network=none @IMAGE PATIENT
create --name=two --network=none @IMAGE PATIENT
start -l
exec two READY
exec -l echo latest
top -l user
port -l
logs -l
pause -l
unpause -l
kill -s 0 -l
stop -t 0 -l
wait -l
restart -t 0 -l
inspect -l --format {{.Name}}
rm -f -t 0 -l
ps -l --format {{.Names}}
ps -n 1 --format {{.Names}}
stop -t 0 -a
rm -a
run -d --name=base --network=none --ipc=shareable @IMAGE PATIENT
run -d --name=leans --network=none --ipc=container:base @IMAGE PATIENT
rm -f -t 0 base
rm -f -t 0 --depend base
create --name=base --network=none @IMAGE true
create --name=leans --requires=base --network=none @IMAGE true
rm base
rm -f base
RESET
AMBIGUOUS
inspect AMB
start AMB
stop AMB
rm AMB
kill AMB
wait AMB
rename AMB x
logs AMB
RESET

## ps
run --name=ended --network=none -l a=1 @IMAGE sh -c "exit 7"
create --name=n1 --network=none -l a=2 @IMAGE true
ps -a
ps -a --filter=name=ended --format {{.Names}}
ps -a --filter=exited=7 --format {{.Names}}
ps -a --filter=status=created --format {{.Names}}
ps -a --filter=status=nosuch
ps -a --filter=label=a --format {{.Names}}
ps -a --filter=label=a=2 --format {{.Names}}
ps -a --filter=ancestor=@IMAGE --format {{.Names}}
ps -a --filter=ancestor=nosuch --format {{.Names}}
ps -a --filter=nosuch=1
ps -a --filter=nosuch
ps -a --filter=exited=x
ps -a --filter=before=n1 --format {{.Names}}
ps -a --filter=since=ended --format {{.Names}}
ps -a --filter=before=nosuch
ps -a --filter=until=nosuch
ps -a --filter=volume=x --format {{.Names}}
ps -a --filter=network=x --format {{.Names}}
ps -a --filter=health=nosuch
ps -a --filter=pod=x
ps -a --sort=names --format {{.Names}}
ps -a --sort=nosuch
ps -a --last=x
ps -a -n 1 -l
ps -a --format {{.Nosuch}}
ps -a --format {{.Names
ps -a --noheading --format "table {{.Names}} {{.Image}}"
ps -a --format "table {{.Names}} {{.Image}}"
ps -a --format "{{.Names}}\t{{.Image}}\n"
ps -a --format "{{.Names}} {{.Labels}} {{.Ports}} {{.Mounts}} {{.Networks}}"
ps -aq --no-trunc
ps -q --size
ps -aqs --format x
stop --filter=nosuch=1
start --filter=nosuch=1
container prune -f
ps -aq
create --name=conf --network=none localhost/configured:1
ps -a --format {{.Command}}
rm conf
run -d --name=cold --network=none @IMAGE PATIENT
pause cold
ps --format {{.Names}}
ps -a --format {{.Names}}
ps -q -n 0 -a --format {{.Names}}
create --name=ready --network=none @IMAGE true
unmount ready
init ready
init ready
RESET

## volumes
volume create vol
volume create vol
volume create --label=a=1 vol2
volume create bad/name
volume create --driver=nosuch x
volume create -o nosuch=1 x
volume ls
volume ls --format "{{.Name}} {{.Driver}}"
volume ls -q
volume ls --filter=nosuch=1
volume ls --filter=label=a -q
volume ls --filter=name=vol2 -q
volume ls --format {{.Nosuch}}
volume inspect --format {{.Name}} vol
volume inspect --format {{.Name}} vol nosuch
volume inspect vo
volume exists vol
create --name=v --network=none -v vol:/data @IMAGE true
volume rm vol
volume rm nosuch vol
volume rm -f vol
ps -aq
volume rm vol2 nosuch
volume create vol
volume prune -f
volume rm -a
volume ls -q

## networks
network create --subnet=@SUBNET @NET
network create --subnet=@SUBNET @NET
network create --subnet=nosuch x
network create -d nosuch x
network create bad/name
network create --gateway=10.1.1.1 x
network create --subnet=@OTHERNET --gateway=1.1.1.1 x
network ls --filter=name=@NET --format "{{.Name}} {{.Driver}}"
network ls --filter=nosuch=1
network ls --format {{.Nosuch}}
network inspect --format {{.Name}} @NET
network inspect --format {{.Nosuch}} @NET
network exists @NET
run -d --name=n --network=@NET -p @PORT:80 @IMAGE PATIENT
port n
port n 80
port n 80/tcp
port n 80/udp
port n 99
port n x
port n 80/nosuch
port -a
run -d --name=u --network=@NET -p 127.0.0.1:@PORT2:81/udp @IMAGE PATIENT
port u
port u 81
port u 81/udp
ps --filter=name=u --format "{{.Ports}} {{.Networks}}"
inspect --format "{{.NetworkSettings.Ports}}" n
exec n ip -o -4 addr show eth0
run --rm --network=@NET @IMAGE sh -c "ip route | head -1"
run --rm --network=@NET -p @PORT:80 @IMAGE true
run --rm --network=@NET --ip=1.1.1.1 @IMAGE true
run --rm --network=@NET --mac-address=nosuch @IMAGE true
run --rm --network=@NET --mac-address=92:d0:c6:0a:29:33 @IMAGE cat /sys/class/net/eth0/address
run --rm --network=container:n @IMAGE sh -c "cat /proc/net/route | wc -l"
network rm @NET
network rm -f @NET
ps -aq
network rm @NET

## events, info, secrets
info --format {{.Nosuch}}
version --format {{.Nosuch}}
version --format {{.Client.Os}}
events --stream=false --filter=nosuch=1
events --stream=false --since=nosuch
events --stream=false --format {{.Nosuch}}
events --stream=false --since=1h --filter=container=life --filter=event=died --format "{{.Type}} {{.Status}} {{.Name}}"
events --stream=false --since=1h --filter=container=n1 --format "{{.Type}} {{.Status}} {{.Name}}"
events --stream=false --since=1h --filter=container=ended --format "{{.Type}} {{.Status}} {{.Name}}"
secret create s /no/such
secret create s - < hidden
secret create s - < hidden
secret create bad/name - < hidden
secret ls --format {{.Name}}
secret inspect --format {{.Spec.Name}} s
~ secret inspect s nosuch
secret rm s
secret rm s

## images
images e2e --format "{{.Repository}}:{{.Tag}}"
images e2e --format "{{.ID}} {{.Names}}"
images --format {{.Nosuch}}
images --filter=nosuch=1
images --filter=dangling=true
images --filter=dangling=bogus
image prune -f --filter=until=bogus
images --filter=reference=e2e --format {{.Repository}}
images --sort=nosuch
images -q e2e
images e2e
images --digests e2e
images -n e2e
image inspect --format {{.Id}} e2e
image inspect --format {{.Nosuch}} e2e
image inspect --format "{{.Config.Cmd}} {{index .RepoTags 0}}" e2e
tag e2e other:1
tag e2e Bad
tag e2e bad:tag:tag
image exists other:1
untag e2e nosuch:1
rmi localhost/other:1
create --name=uses --network=none @IMAGE true
tag e2e localhost/second:1
rmi e2e
rmi localhost/second:1
rmi localhost/e2e
rmi nosuch localhost/e2e
rm uses
history localhost/second:1
history --format {{.Nosuch}} localhost/second:1
history -q localhost/second:1
save -o /no/such/file localhost/second:1
save --format=nosuch localhost/second:1
load -i /no/such
~ load -i /etc/passwd
import /no/such
pull -q localhost/nosuch:1
pull -q Bad//Name
rmi localhost/second:1
image prune -f
rmi -f localhost/nosuch:1
"""

# What stands before the documents are looked at.
SETUP = r"""
load -q -i @ARCHIVE
volume create --label=a=1 vol
volume create fresh
network create --subnet=@SUBNET @NET
run -d --name=full --network=@NET -p @PORT:80 -v vol:/data -v /tmp:/host:ro --tmpfs=/scratch:size=1m --label=a=1 --env=A=1 --hostname=h --memory=64m --cpus=0.5 --cap-add=NET_ADMIN --cap-drop=KILL --device=/dev/null:/dev/x --ulimit=nofile=100:200 --ulimit=nproc=1000:1000 --annotation=n=1 --add-host=a:10.1.1.1 --dns=10.9.9.9 --dns-search=x.org --dns-opt=ndots:2 --restart=on-failure:3 --security-opt=no-new-privileges --user=alice --workdir=/home/alice --pids-limit=100 --sysctl=kernel.shm_rmid_forced=1 --stop-timeout=1 --log-opt=max-size=1m --group-add=staff --init --read-only --oom-score-adj=100 @IMAGE PATIENT
create --name=plain --network=none @IMAGE true
run --name=over --network=none -v /data @IMAGE sh -c "touch /new; exit 3"
run --name=conf --network=none localhost/configured:1
"""

# Name of the document: the command that prints it.
DOCUMENTS = {
    "inspect of a running container": "inspect full",
    "inspect of a new container": "inspect plain",
    "inspect of an ended container": "inspect --size over",
    "inspect of an image's container": "inspect conf",
    "image inspect": "image inspect localhost/configured:1",
    "ps": "ps -a --size --format json",
    "images": "images --format json",
    "history": "history --format json e2e",
    "volume inspect": "volume inspect fresh",
    "volume ls": "volume ls --format json",
    "network inspect": "network inspect @NET",
    "network ls": "network ls --filter=name=@NET --format json",
    "events": "events --stream=false --since=1h --format json",
    "diff": "diff --format json over",
    "stats": "stats --no-stream --format json full",
    "version": "version --format json",
    "info": "info --format json",
}

# Objects whose keys are data: what a path leads to, in every document.
MAPS = (
    r"(\[\])?\.Config\.(Labels|Annotations|Volumes|ExposedPorts)",
    r"\[\]\.(Labels|labels|Options|options|ipam_options|Attributes)",
    r"\[\]\.NetworkSettings\.(Ports|Networks)",
    r"\[\]\.HostConfig\.(Tmpfs|PortBindings)",
)
