# What the dev scripts of the languages share. They set `root` first.

say() { printf '\n== %s\n' "$*"; }

# The double of the service that the tests call.
bjy() {
    if [ -z "${BJY:-}" ]; then
        cargo build --quiet --release -p baijiayun-cli
        BJY="$root/target/release/bjy"
    fi
    export BJY BAIJIAYUN_MOCK_REQUIRED=1
}
