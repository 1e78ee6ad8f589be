package dev.gantry.cli.client;

/** The API understood a request and refused it. */
public final class ApiException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String operation;
    private final String code;
    private final int status;
    private final String requestId;

    public ApiException(String operation, String code, String message, int status, String requestId) {
        super(message);
        this.operation = operation;
        this.code = code;
        this.status = status;
        this.requestId = requestId;
    }

    /** What was asked, for example {@code CreateService}. */
    public String operation() {
        return operation;
    }

    /** AWS's name of the error, for example {@code ClusterNotFoundException}. */
    public String code() {
        return code;
    }

    public int status() {
        return status;
    }

    public String requestId() {
        return requestId;
    }

    /** What the API said of it. */
    public String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
