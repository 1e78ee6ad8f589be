package dev.gantry.controller.kube.apps;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Decides how many pods a set makes and which ones it deletes, so that it has as many as it shall have. */
final class ReplicaPlanner {

    sealed interface Action {

        record Make(int count) implements Action {}

        record Delete(Member member) implements Action {}
    }

    private ReplicaPlanner() {}

    /**
     * @param members that have neither ended nor been told to
     * @param neighbours how many pods of the same purpose each node has
     */
    static List<Action> plan(int replicas, List<Member> members, Map<String, Integer> neighbours) {
        int missing = replicas - members.size();
        List<Action> actions = new ArrayList<>();
        if (missing > 0) {
            actions.add(new Action.Make(missing));
        } else if (missing < 0) {
            ScaleIn.choose(members, -missing, neighbours).forEach(member -> actions.add(new Action.Delete(member)));
        }
        return actions;
    }
}
