package dev.gantry.controller.aws;

/** A refusal in the words of an AWS API. */
public final class AwsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String code;
    private final int status;

    /**
     * @param code the error's shape name, for example {@code ClusterNotFoundException}; HTTP status
     *     400
     */
    public AwsException(String code, String message) {
        this(code, 400, message);
    }

    public AwsException(String code, int status, String message) {
        super(message);
        this.code = code;
        this.status = status;
    }

    public String code() {
        return code;
    }

    public int status() {
        return status;
    }
}
