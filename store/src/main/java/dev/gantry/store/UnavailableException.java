package dev.gantry.store;

/**
 * The store, or something else that an answer depends on, cannot be reached now. Nothing was
 * written, as far as can be known. Only a shell may try again.
 */
public final class UnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
        super(message);
    }

    public UnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
