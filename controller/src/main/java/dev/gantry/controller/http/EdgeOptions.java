package dev.gantry.controller.http;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where and how the edge listens.
 *
 * @param address to listen on, for example {@code 127.0.0.1}
 * @param port    0 for any free one
 * @param socketProtocols that clients of WebSockets may choose from, the best first
 */
public record EdgeOptions(
        String address, int port, Optional<Tls> tls, EdgeLimits limits, List<String> socketProtocols) {

    public EdgeOptions(String address, int port, Optional<Tls> tls, EdgeLimits limits) {
        this(address, port, tls, limits, List.of());
    }

    /**
     * Certificate chain and key in PEM files.
     *
     * @param clientAuthority whose certificates clients may present, if they present any; nobody is asked when it is empty
     */
    public record Tls(Path certificate, Path key, Optional<Path> clientAuthority) {

        public Tls(Path certificate, Path key) {
            this(certificate, key, Optional.empty());
        }
    }

    public static EdgeOptions plain(String address, int port) {
        return new EdgeOptions(address, port, Optional.empty(), EdgeLimits.DEFAULT);
    }

    public EdgeOptions with(EdgeLimits other) {
        return new EdgeOptions(address, port, tls, other, socketProtocols);
    }
}
