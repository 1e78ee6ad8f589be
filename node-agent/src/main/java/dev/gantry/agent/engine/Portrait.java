package dev.gantry.agent.engine;

import java.util.List;
import java.util.Map;

/**
 * A container in full, for people and programs to read; decisions need less.
 *
 * @param name           the engine's, without a slash
 * @param createdAt      these three as the engine writes them; empty for never
 * @param status         the engine's word
 * @param storage        driver of its file system
 */
public record Portrait(
        String id,
        String name,
        String image,
        String imageId,
        String createdAt,
        String startedAt,
        String finishedAt,
        String status,
        int exitCode,
        Map<String, String> labels,
        List<Volume> volumes,
        List<Attachment> attachments,
        Log log,
        String storage) {

    public boolean isRunning() {
        return status.equals("running");
    }

    /**
     * @param name   the engine's for a volume; empty for a directory of the machine
     * @param source a path of the machine
     */
    public record Volume(String name, String source, String destination) {}

    /**
     * A container's place on a network.
     *
     * @param address IPv4; empty for none
     * @param prefix  length of the network's part of it
     * @param gateway IPv4; empty for none
     */
    public record Attachment(String address, int prefix, String gateway, String hardwareAddress) {}

    /** Where its output goes. */
    public record Log(String driver, Map<String, String> options) {}
}
