package dev.gantry.cli.terminal;

/** Exit codes, with one meaning in every command. They are API: scripts rely on them. */
public enum Exit {
    DONE(0),
    ERROR(1),
    DIFFERENT(2),
    INVALID(3),
    NOT_FOUND(4),
    TIMEOUT(5),
    DEPLOYMENT_FAILED(6),
    NOT_AUTHORISED(7),
    CONFLICT(8),
    INTERRUPTED(130);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
