package dev.gantry.agent.work;

/** This node does not take the container as it is; the message is the container's reason, with the ECS error's name. */
final class RefusedTaskException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    RefusedTaskException(String error, String why) {
        super(error + ": " + why);
        this.reason = error + ": " + why;
    }

    static RefusedTaskException hostConfig(String why) {
        return new RefusedTaskException("HostConfigError", why);
    }

    static RefusedTaskException volume(String why) {
        return new RefusedTaskException("CannotCreateVolumeError", why);
    }

    /** Later it may be otherwise. */
    static RefusedTaskException mount(String why) {
        return new RefusedTaskException("FailedMount", why);
    }

    String reason() {
        return reason;
    }
}
