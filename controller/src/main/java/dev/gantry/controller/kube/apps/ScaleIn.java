package dev.gantry.controller.kube.apps;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Which pods go first when there are too many, in upstream's order. */
final class ScaleIn {

    private ScaleIn() {}

    /**
     * @param neighbours how many pods of the same purpose each node has
     */
    static List<Member> choose(List<Member> members, int count, Map<String, Integer> neighbours) {
        return members.stream().sorted(order(neighbours)).limit(count).toList();
    }

    /**
     * Those without a place, then those that do not run, are not ready, or cost least; then those on the fullest node, those
     * that became ready last, that were restarted most often, and that are the newest.
     */
    private static Comparator<Member> order(Map<String, Integer> neighbours) {
        return Comparator.comparing(Member::isPlaced)
                .thenComparing(Member::running)
                .thenComparing(Member::isReady)
                .thenComparing(Member::deletionCost)
                .thenComparing(member -> -neighbours.getOrDefault(member.node(), 0))
                .thenComparing(member -> member.readySince().orElse(Instant.EPOCH), Comparator.reverseOrder())
                .thenComparing(Member::restarts, Comparator.reverseOrder())
                .thenComparing(Member::created, Comparator.reverseOrder())
                .thenComparing(Member::name);
    }
}
