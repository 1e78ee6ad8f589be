package dev.gantry.controller.identity;

/** Why this controller cannot prove who it is or open the cluster's secrets, in words for its operator. */
public final class IdentityException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public IdentityException(String message) {
        super(message);
    }

    public IdentityException(String message, Throwable cause) {
        super(message, cause);
    }
}
