package dev.gantry.controller.kube.decode;

import dev.gantry.controller.kube.refusal.KubeRefusal;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads a body in YAML, and remembers which members were given twice. */
final class YamlBody {

    private YamlBody() {}

    static ParsedBody parse(byte[] body) {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(ParsedBody.DEPTH_MAX);
        options.setCodePointLimit(ParsedBody.BYTES_MAX);
        try {
            Node root = new Yaml(options).compose(new StringReader(new String(body, StandardCharsets.UTF_8)));
            if (root == null) {
                throw KubeRefusal.badRequest("the body is empty");
            }
            YamlTree.Value value = YamlTree.of(root);
            return new ParsedBody(value.json(), value.duplicates());
        } catch (MarkedYAMLException e) {
            String where = e.getProblemMark() == null
                    ? ""
                    : ", at line " + (e.getProblemMark().getLine() + 1) + ", column "
                            + (e.getProblemMark().getColumn() + 1);
            throw KubeRefusal.badRequest("the body is no YAML: " + e.getProblem() + where);
        } catch (YAMLException e) {
            throw KubeRefusal.badRequest("the body is no YAML: " + e.getMessage());
        }
    }
}
