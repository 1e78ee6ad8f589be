package dev.gantry.controller.http;

/** The client closed its connection, or has not read for too long. Nothing is left to answer. */
public final class ClientGoneException extends Exception {

    private static final long serialVersionUID = 1L;

    public ClientGoneException(String message) {
        super(message);
    }
}
