package dev.gantry.controller.http;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where and how the edge listens.
 *
 * @param address to listen on, for example {@code 127.0.0.1}
 * @param port    0 for any free one
 */
public record EdgeOptions(String address, int port, Optional<Tls> tls, EdgeLimits limits) {

    /** Certificate chain and key in PEM files. */
    public record Tls(Path certificate, Path key) {}

    public static EdgeOptions plain(String address, int port) {
        return new EdgeOptions(address, port, Optional.empty(), EdgeLimits.DEFAULT);
    }

    public EdgeOptions with(EdgeLimits other) {
        return new EdgeOptions(address, port, tls, other);
    }
}
