package dev.gantry.agent.engine;

import java.util.Set;

/**
 * What an engine says of itself and of its machine.
 *
 * @param apiVersion "1.41"
 * @param operatingSystem with its version, for people: "Debian GNU/Linux 12 (bookworm)"
 * @param kernelVersion "6.1.0-18-amd64"
 * @param architecture in Docker's spelling: amd64, arm64
 * @param cgroupDriver "cgroupfs" or "systemd"
 */
public record EngineFacts(
        String version,
        String apiVersion,
        int processors,
        long memoryBytes,
        String operatingSystem,
        String kernelVersion,
        String architecture,
        String cgroupDriver,
        Set<String> logDrivers) {}
