package dev.gantry.controller.resource;

/**
 * A request that was understood and refused. Each front end renders the reason in its own wire
 * format.
 */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public enum Reason {
        INVALID,
        NOT_FOUND,
        ALREADY_EXISTS,
        CONFLICT,
        DENIED
    }

    private final Reason reason;

    public RefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
