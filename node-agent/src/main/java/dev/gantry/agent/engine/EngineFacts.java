package dev.gantry.agent.engine;

import java.util.Set;

/**
 * What an engine says of itself and of its machine.
 *
 * @param apiVersion "1.41"
 * @param architecture in Docker's spelling: amd64, arm64
 * @param cgroupDriver "cgroupfs" or "systemd"
 */
public record EngineFacts(
        String version,
        String apiVersion,
        int processors,
        long memoryBytes,
        String operatingSystem,
        String architecture,
        String cgroupDriver,
        Set<String> logDrivers) {}
