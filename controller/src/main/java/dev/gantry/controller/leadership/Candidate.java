package dev.gantry.controller.leadership;

/**
 * What a controller says of itself when it leads.
 *
 * @param controllerId unique to one start of one process
 * @param apiUrl where its API answers, {@code https://host:port}
 * @param agentAddress where agents connect, {@code host:port}
 */
public record Candidate(String controllerId, String apiUrl, String agentAddress) {}
