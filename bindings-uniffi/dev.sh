# What the dev scripts share. Those of the languages set `root` first.

say() { printf '\n== %s\n' "$*"; }

fail() {
    echo "$*" >&2
    exit 1
}

# venv FOLDER PYTHON REQUIREMENTS: a virtual environment with these, made anew when they change.
venv() {
    local folder=$1 python=$2 requirements=$3
    [ "$requirements" != "$(cat "$folder/requirements.txt" 2>/dev/null)" ] || return 0
    say "Python packages, in $folder"
    rm -rf "$folder"
    "$python" -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r <(printf '%s\n' "$requirements" | grep -v '^-r')
    printf '%s\n' "$requirements" >"$folder/requirements.txt"
}

# The double of the service that the tests call.
bjy() {
    if [ -z "${BJY:-}" ]; then
        cargo build --quiet -p baijiayun-cli
        BJY="$root/target/debug/bjy"
    fi
    export BJY BAIJIAYUN_MOCK_REQUIRED=1
}

# zig MORE: what builds the libraries of other platforms, with these packages. It is large, and for this alone. Its folder is $zig.
zig() {
    zig="$root/target/zig"
    venv "$zig" python3 "$(cat "$root/bindings-uniffi/libraries/requirements.txt")"
    [ -z "${1:-}" ] || "$zig/bin/pip" install --quiet --disable-pip-version-check -r <(printf '%s\n' "$1")
}
