#!/bin/sh
# Installs Debian's Slurm and munge, with which the test of `puyu data run --executor slurm` makes a cluster of one
# host. Needs root and apt; does nothing where they are there already. The daemons are not started: the test starts its
# own, with their files in a folder of their own.
set -eu

have_all() {
  for name in slurmctld slurmd sbatch srun munged; do
    if ! command -v "$name" > /dev/null; then
      return 1
    fi
  done
}

if have_all; then
  exit 0
fi

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get > /dev/null; then
  echo "get-slurm: no Slurm, and neither root nor apt-get to install it with" >&2
  exit 1
fi

# Packages would start daemons without a configuration; the policy says no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' > "$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends slurm-wlm munge > /dev/null
