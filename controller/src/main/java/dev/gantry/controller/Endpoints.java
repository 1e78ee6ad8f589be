package dev.gantry.controller;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where others reach a controller.
 *
 * @param apiUrl       {@code http://host:port} or {@code https://host:port}
 * @param agentAddress {@code host:port}
 */
public record Endpoints(String apiUrl, String agentAddress) {

    static Endpoints of(ControllerSettings.Listening listening, int port, int agentPort, boolean tls) {
        String host = bracketed(host(listening));
        return new Endpoints((tls ? "https://" : "http://") + host + ":" + port, host + ":" + agentPort);
    }

    /** The host that others use: what was said, what it listens on, or the first address that leaves the machine. */
    static String host(ControllerSettings.Listening listening) {
        return listening.advertise().orElseGet(() -> {
            try {
                InetAddress address = InetAddress.getByName(listening.address());
                return address.isAnyLocalAddress() ? outward().orElse("127.0.0.1") : listening.address();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot listen on " + listening.address() + ": no such host", e);
            }
        });
    }

    /** {@code address:port}; empty when the host that others use has no IPv4 address. */
    static String ipv4(ControllerSettings.Listening listening, int port) {
        try {
            return Stream.of(InetAddress.getAllByName(host(listening)))
                    .filter(Inet4Address.class::isInstance)
                    .map(address -> address.getHostAddress() + ":" + port)
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new UncheckedIOException("others cannot reach " + host(listening) + ": no such host", e);
        }
    }

    /** Whether only this machine reaches an address. */
    static boolean isLoopback(String address) {
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + address + ": no such host", e);
        }
    }

    private static Optional<String> outward() throws IOException {
        try (Stream<NetworkInterface> interfaces = NetworkInterface.networkInterfaces()) {
            return interfaces
                    .filter(Endpoints::isOutward)
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(Inet4Address.class::isInstance)
                    .map(InetAddress::getHostAddress)
                    .findFirst();
        }
    }

    private static boolean isOutward(NetworkInterface candidate) {
        try {
            boolean ofContainers = candidate.getName().matches("(docker|br-|veth|virbr|cni).*");
            return candidate.isUp() && !candidate.isLoopback() && !ofContainers;
        } catch (IOException e) {
            return false;
        }
    }

    static String bracketed(String host) {
        return host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    }
}
