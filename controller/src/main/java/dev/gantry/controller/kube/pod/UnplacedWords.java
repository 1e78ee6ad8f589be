package dev.gantry.controller.kube.pod;

import dev.gantry.proto.Placement;
import dev.gantry.proto.Workload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says why a pod has no node in the words of kube-scheduler. */
final class UnplacedWords {

    private static final Pattern NODES = Pattern.compile("Of (\\d+) nodes? (.*?)\\.?$", Pattern.DOTALL);
    private static final Pattern FAILURE = Pattern.compile("(\\d+) failed on ([A-Za-z:_ -]+)");

    private UnplacedWords() {}

    /** What speaks against the nodes, and what was to gain from ending others, if somebody looked for that. */
    static String of(Workload workload) {
        Placement placement = workload.getPlacement();
        String binding = workload.getSpec().getRequiredNode().isEmpty() ? "VolumeBinding" : "NodeAffinity";
        String nodes = counts(placement.getUnplacedReason(), binding);
        String preemption = placement.getPreemption();
        if (preemption.isEmpty()) {
            return nodes;
        }
        boolean hasCounts = NODES.matcher(preemption).find();
        return nodes + " preemption: " + (hasCounts ? counts(preemption, binding) : preemption);
    }

    /**
     * @param sentence the scheduler's own, which ends with how many nodes failed on what
     * @param binding what says, in kube-scheduler, that the pod must be on one certain node
     */
    private static String counts(String sentence, String binding) {
        Matcher nodes = NODES.matcher(sentence);
        if (!nodes.find()) {
            return "0/0 nodes are available: " + sentence;
        }
        List<String> causes = new ArrayList<>();
        Matcher failure = FAILURE.matcher(nodes.group(2));
        while (failure.find()) {
            causes.add(failure.group(1) + " " + words(failure.group(2).strip(), binding));
        }
        causes.sort(Comparator.naturalOrder());
        return "0/" + nodes.group(1) + " nodes are available: " + String.join(", ", causes) + ".";
    }

    private static String words(String code, String binding) {
        return switch (code) {
            case "RESOURCE:CPU" -> "Insufficient cpu";
            case "RESOURCE:MEMORY" -> "Insufficient memory";
            case "RESOURCE:PORTS" -> "node(s) didn't have free ports for the requested pod ports";
            case "AGENT" -> "node(s) had untolerated taint {node.kubernetes.io/unreachable: }";
            case "TAINT" -> "node(s) had untolerated taint(s)";
            case "ACTIVE", "INACTIVE", "DRAINING" -> "node(s) were unschedulable";
            case "MemberOf placement constraint unsatisfied", "ATTRIBUTE" ->
                "node(s) didn't match Pod's node affinity/selector";
            case "POD_AFFINITY" -> "node(s) didn't match pod affinity rules";
            case "POD_ANTI_AFFINITY" -> "node(s) didn't match pod anti-affinity rules";
            case "EXISTING_ANTI_AFFINITY" -> "node(s) didn't satisfy existing pods anti-affinity rules";
            case "TOPOLOGY_SPREAD" -> "node(s) didn't match pod topology spread constraints";
            case "TOPOLOGY_LABEL" -> "node(s) didn't match pod topology spread constraints (missing required label)";
            case "ELSEWHERE" -> "node(s) didn't satisfy plugin(s) [" + binding + "]";
            case "NOT_HELPFUL" -> "Preemption is not helpful for scheduling";
            case "NO_VICTIMS" -> "No preemption victims found for incoming pod";
            default -> code;
        };
    }
}
