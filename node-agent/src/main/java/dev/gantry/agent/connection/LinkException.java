package dev.gantry.agent.connection;

/** Why this machine cannot be a node of its cluster, in words for its operator. */
public final class LinkException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LinkException(String message) {
        super(message);
    }

    public LinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
