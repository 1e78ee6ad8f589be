package dev.gantry.controller;

import dev.gantry.controller.kube.apps.DaemonSetReconciler;
import dev.gantry.controller.kube.apps.DeploymentReconciler;
import dev.gantry.controller.kube.apps.ReplicaSetReconciler;
import dev.gantry.controller.kube.apps.StatefulSetReconciler;
import dev.gantry.controller.kube.batch.CronJobReconciler;
import dev.gantry.controller.kube.batch.JobReconciler;
import dev.gantry.controller.kube.collect.GarbageReconciler;
import dev.gantry.controller.kube.collect.NamespaceReconciler;
import dev.gantry.controller.kube.definition.DefinitionReconciler;
import dev.gantry.controller.kube.disruption.BudgetReconciler;
import dev.gantry.controller.kube.document.PodMaker;
import dev.gantry.controller.kube.ingress.IngressReconciler;
import dev.gantry.controller.kube.pod.PodCompiler;
import dev.gantry.controller.kube.quota.QuotaReconciler;
import dev.gantry.controller.kube.registry.Creation;
import dev.gantry.controller.kube.service.ApiServiceReconciler;
import dev.gantry.controller.kube.service.ServiceReconciler;
import dev.gantry.controller.kube.volume.VolumeClaimReconciler;
import dev.gantry.controller.reconcile.Reconciler;
import dev.gantry.proto.KubeObject;
import java.util.List;

/** The planners of the kinds of the Kubernetes API that are documents. */
final class KubePlanners {

    private KubePlanners() {}

    static List<Reconciler<KubeObject>> all(Creation creation) {
        PodMaker maker = new PodCompiler();
        return List.of(
                new NamespaceReconciler(),
                new DefinitionReconciler(),
                new GarbageReconciler(),
                ReplicaSetReconciler.ofReplicaSets(maker),
                ReplicaSetReconciler.ofReplicationControllers(maker),
                new DeploymentReconciler(),
                new StatefulSetReconciler(maker),
                new DaemonSetReconciler(maker),
                new JobReconciler(maker),
                new QuotaReconciler(),
                new BudgetReconciler(),
                new ServiceReconciler(),
                new ApiServiceReconciler(creation),
                new IngressReconciler(),
                new VolumeClaimReconciler(),
                new CronJobReconciler());
    }
}
