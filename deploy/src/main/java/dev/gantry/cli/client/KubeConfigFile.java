package dev.gantry.cli.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;

/** The kubeconfig file of a server, as one of its clusters needs it. Pure. */
public final class KubeConfigFile {

    private static final YAMLMapper YAML = new YAMLMapper(new YAMLFactory()
            .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
            .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES));

    private KubeConfigFile() {}

    /** What a path has in front of it that is about another cluster than {@code default}. */
    public static String prefix(String cluster) {
        return "/clusters/" + cluster;
    }

    /**
     * The same file for another cluster of the server. What it calls its cluster and its context has the cluster's name in it, so that several
     * such files can be used together.
     *
     * @throws IOException when the text is no kubeconfig file
     */
    public static String of(String cluster, String text) throws IOException {
        JsonNode root = YAML.readTree(text);
        String name = root.path("current-context").asText() + "-" + cluster;
        if (!(root.at("/clusters/0") instanceof ObjectNode entry)
                || !(root.at("/contexts/0") instanceof ObjectNode context)
                || !(root instanceof ObjectNode whole)) {
            throw new IOException("it is no kubeconfig file");
        }
        entry.put("name", name);
        entry.withObject("/cluster").put("server", entry.at("/cluster/server").asText() + prefix(cluster));
        context.put("name", name);
        context.withObject("/context").put("cluster", name);
        whole.put("current-context", name);
        return YAML.writeValueAsString(whole);
    }
}
