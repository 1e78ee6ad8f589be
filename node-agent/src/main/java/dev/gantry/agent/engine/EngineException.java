package dev.gantry.agent.engine;

/** The engine did not do what it was asked; the message is its own. */
public final class EngineException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What kind of no it was. */
    public enum Kind {
        NOT_FOUND,
        CONFLICT,
        /** The request was understood and refused. */
        REFUSED,
        /** The engine tried and failed, or could not read the request. */
        FAILED,
        /** No answer in time; it may have been done. */
        TIMEOUT,
        /** The engine, or the way to it, is down; it may have been done. */
        UNREACHABLE
    }

    private final Kind kind;

    public EngineException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public EngineException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    public String text() {
        String message = getMessage();
        return message == null ? kind.name() : message;
    }

    /** Whether it is unknown if the engine did it. */
    public boolean isUnclear() {
        return kind == Kind.TIMEOUT || kind == Kind.UNREACHABLE;
    }
}
