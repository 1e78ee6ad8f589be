package dev.gantry.controller.identity;

/** The first pair of access key and secret, which may do everything. */
public record RootCredentials(String accessKeyId, String secretAccessKey) {

    /** Without the secret: what prints a record prints this. */
    @Override
    public String toString() {
        return "RootCredentials[" + accessKeyId + "]";
    }
}
