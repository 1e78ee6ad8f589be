package dev.gantry.agent;

import java.time.Duration;
import java.util.Optional;

/** Asks servers that speak gRPC whether they serve. */
@FunctionalInterface
public interface HealthInquiry {

    /** For where nobody is to be asked. */
    HealthInquiry NONE = (_, _, _, _) -> Optional.of("no gRPC server is asked here");

    /**
     * Waits for the answer, but not longer than the patience lasts.
     *
     * @param service of the server; empty for all of it
     * @return why it does not serve; empty when it does
     */
    Optional<String> trouble(String host, int port, String service, Duration patience) throws InterruptedException;
}
