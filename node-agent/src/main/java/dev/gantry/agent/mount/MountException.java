package dev.gantry.agent.mount;

/** A directory cannot be mounted now; the message says why, and what to do where that is known. */
public final class MountException extends Exception {

    private static final long serialVersionUID = 1L;

    MountException(String message) {
        super(message);
    }
}
