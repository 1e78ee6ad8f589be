package dev.gantry.controller.kube.pod;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why a pod has no node in the words of kube-scheduler. */
final class UnplacedWords {

    private static final Pattern NODES = Pattern.compile("Of (\\d+) nodes? (.*?)\\.?$", Pattern.DOTALL);
    private static final Pattern FAILURE = Pattern.compile("(\\d+) failed on ([A-Za-z:_ -]+)");

    private UnplacedWords() {}

    /**
     * @param sentence the scheduler's own, which ends with how many nodes failed on what
     */
    static String of(String sentence) {
        Matcher nodes = NODES.matcher(sentence);
        if (!nodes.find()) {
            return "0/0 nodes are available: " + sentence;
        }
        List<String> causes = new ArrayList<>();
        Matcher failure = FAILURE.matcher(nodes.group(2));
        while (failure.find()) {
            causes.add(failure.group(1) + " " + words(failure.group(2).strip()));
        }
        return "0/" + nodes.group(1) + " nodes are available: " + String.join(", ", causes) + ".";
    }

    private static String words(String code) {
        return switch (code) {
            case "RESOURCE:CPU" -> "Insufficient cpu";
            case "RESOURCE:MEMORY" -> "Insufficient memory";
            case "RESOURCE:PORTS" -> "node(s) didn't have free ports for the requested pod ports";
            case "AGENT" -> "node(s) had untolerated taint {node.kubernetes.io/unreachable: }";
            case "TAINT" -> "node(s) had untolerated taint(s)";
            case "ACTIVE", "INACTIVE", "DRAINING" -> "node(s) were unschedulable";
            case "MemberOf placement constraint unsatisfied", "ATTRIBUTE" ->
                "node(s) didn't match Pod's node affinity/selector";
            default -> code;
        };
    }
}
