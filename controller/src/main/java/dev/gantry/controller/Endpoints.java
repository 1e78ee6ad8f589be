package dev.gantry.controller;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where others reach a controller.
 *
 * @param apiUrl       {@code http://host:port} or {@code https://host:port}
 * @param agentAddress {@code host:port}
 */
public record Endpoints(String apiUrl, String agentAddress) {

    private static final Logger LOG = LoggerFactory.getLogger(Endpoints.class);

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

    /** {@code address:port}; empty when this machine knows no IPv4 address of the host that others use. */
    static String ipv4(ControllerSettings.Listening listening, int port) {
        try {
            return firstIpv4(Stream.of(InetAddress.getAllByName(host(listening))))
                    .map(address -> address + ":" + port)
                    .orElse("");
        } catch (UnknownHostException e) {
            // A name that only others know is well for them; pods are then led to the other controllers.
            LOG.warn("pods are not led to this controller: it does not know the host {}", e.getMessage());
            return "";
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
            return firstIpv4(interfaces.filter(Endpoints::isOutward).flatMap(NetworkInterface::inetAddresses));
        }
    }

    private static Optional<String> firstIpv4(Stream<InetAddress> addresses) {
        return addresses
                .filter(Inet4Address.class::isInstance)
                .map(InetAddress::getHostAddress)
                .findFirst();
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
