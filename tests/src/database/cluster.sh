# One throw-away PostgreSQL server: makes it, runs it, and removes it once nobody has been connected for a while.
# Arguments: the folder of PostgreSQL's programs; an existing folder, to be removed at the end; the port.
#
# "$home/open" exists while newcomers are welcome. Who finds it after connecting will not lose the server: the file is
# removed before the last count of the connections, and put back if there is one after all.
set -u
programs=$1 home=$2 port=$3
idle_seconds_max=15

end() {
    [ -n "${server:-}" ] && kill -INT "$server" 2>/dev/null && wait "$server"
    rm -rf "$home"
}
trap end EXIT
trap 'exit 1' HUP INT TERM

connections() {
    "$programs/psql" -X -A -t -h "$home" -p "$port" -U postgres -d postgres -c \
        "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
}

"$programs/initdb" --pgdata="$home/data" --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync || exit 1
# TLS is for one test, which does without where it must.
ssl=on
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
    -keyout "$home/data/server.key" -out "$home/data/server.crt" || ssl=off
"$programs/postgres" -D "$home/data" -h 127.0.0.1 -p "$port" -k "$home" -c max_connections=500 -c ssl=$ssl &
server=$!
until "$programs/pg_isready" -q -h 127.0.0.1 -p "$port"; do
    kill -0 "$server" || exit 1
    sleep 0.1
done

touch "$home/open"
idle_seconds=0
while kill -0 "$server"; do
    sleep 1
    if [ "$(connections)" != 0 ]; then
        idle_seconds=0
        continue
    fi
    idle_seconds=$((idle_seconds + 1))
    [ "$idle_seconds" -lt "$idle_seconds_max" ] && continue
    rm -f "$home/open"
    [ "$(connections)" = 0 ] && exit 0
    touch "$home/open"
    idle_seconds=0
done
