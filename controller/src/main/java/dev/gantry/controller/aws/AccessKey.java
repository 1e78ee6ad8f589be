package dev.gantry.controller.aws;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an access key.
 *
 * @param principalArn who signs with it, for example {@code arn:aws:iam::000000000000:root}
 * @param sessionToken that every request must bring along, for temporary keys only
 * @param expires      when a temporary key ends
 */
public record AccessKey(
        String id,
        String secretKey,
        String principalArn,
        @Nullable String sessionToken,
        @Nullable Instant expires) {

    /** A key that does not end. */
    public static AccessKey lasting(String id, String secretKey, String principalArn) {
        return new AccessKey(id, secretKey, principalArn, null, null);
    }

    /** Without the secrets, so that no log can hold them. */
    @Override
    public String toString() {
        return "AccessKey[" + id + ", " + principalArn + "]";
    }
}
