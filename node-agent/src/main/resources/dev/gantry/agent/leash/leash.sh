#!/bin/sh
# Ends the containers that are held in a directory when their time is over; see NodeLeash, which starts it.
# usage: leash.sh DIRECTORY
#   until  id of the boot and two times in hundredths of a second of /proc/uptime: ask to end, kill
#   held/  one file for each container, named by the engine's id, which says the name of its gate
#   gates/ files that the engine needs to start those containers
# One at a time; ends when nothing is held. Its owner writes "until" before anything is held.
dir=$1
exec 9>"$dir/lock"
flock -w 2 9 || exit 0
echo -1000 >/proc/$$/oom_score_adj

# Every process in the control groups of a container, in all hierarchies and whoever is their parent.
# Fails when there surely are no such groups.
each() { # SIGNAL CONTAINER
  sure=yes
  groups=$(find /sys/fs/cgroup -type d -name "*$2*") || sure=no
  printf '%s\n' "$groups" | while read -r group; do
    [ -e "$group/cgroup.procs" ] || continue
    while read -r process; do
      kill -s "$1" "$process" 2>/dev/null # It may have ended meanwhile.
    done <"$group/cgroup.procs"
  done
  [ -n "$groups" ] || [ $sure = no ]
}

asked=
while [ -d "$dir/held" ]; do
  read -r up _ </proc/uptime
  now=${up%.*}${up#*.}
  boot=
  ask=0
  last=0
  [ -e "$dir/until" ] && read -r boot ask last <"$dir/until"
  # A time of another boot is over.
  read -r present </proc/sys/kernel/random/boot_id
  [ "$boot" = "$present" ] || { ask=0; last=0; }
  [ "$now" -ge "$ask" ] || asked=
  found=no
  for file in "$dir"/held/*; do
    [ -e "$file" ] || continue
    found=yes
    container=${file##*/}
    if [ "$now" -ge "$last" ]; then
      # First the gate: what has passed it has its groups already, so that without any it is over.
      gate=
      read -r gate <"$file"
      [ -z "$gate" ] || rm -f "$dir/gates/$gate"
      each KILL "$container" || rm -f "$file"
    elif [ "$now" -ge "$ask" ]; then
      case " $asked " in
        *" $container "*) ;;
        *)
          asked="$asked $container"
          each TERM "$container"
          ;;
      esac
    fi
  done
  [ $found = yes ] || exit 0
  sleep 0.5
done
