@NullMarked
package dev.gantry.controller.kube.collect;

import org.jspecify.annotations.NullMarked;
