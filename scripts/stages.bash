# Sourced by scripts/test and scripts/check: runs stages, prints one closing line for each, fails at the end if one failed.

passed=0
failed=0

# stage NAME COMMAND...: the command's output is shown as it comes.
stage() {
    local name=$1 begin=$SECONDS
    shift
    echo "== $name"
    if "$@"; then
        passed=$((passed + 1))
        echo "== $name: passed ($((SECONDS - begin)) s)"
    else
        failed=$((failed + 1))
        echo "== $name: FAILED ($((SECONDS - begin)) s)"
    fi
}

# Says how it went; the exit status of the script.
finish() {
    echo "$1: $passed stages passed, $failed failed"
    [[ $failed -eq 0 ]]
}
