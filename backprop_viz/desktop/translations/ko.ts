<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en_US">
<context>
    <name>AccuracyPlot</name>
    <message>
        <source>training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The moving average of the batches&apos; accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>validation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The accuracy on the validation set, which the net is not trained on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No accuracy for random data.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The curve starts with the first iteration.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ArrayModel</name>
    <message>
        <source>Where the element is</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>AutogradView</name>
    <message>
        <source>Autograd graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom out (-)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom in (+)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the whole graph (0)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss.grad_fn → next_functions · {count} nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>out.grad_fn → next_functions · {count} nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>node {done} of {count}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>AutosaveController</name>
    <message>
        <source>The process that runs torch does not answer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This run cannot be autosaved, so save it yourself. {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BatchMark</name>
    <message>
        <source>What the batch is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take batches from the data again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next iterations take their batches from the data.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next batch is your drawing, label {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The batch is your drawing, label {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iteration {0} trained on it: the probability of {1} went {2} → {3}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Breadcrumb</name>
    <message>
        <source>The way from the loss</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BreakpointsDialog</name>
    <message>
        <source>Breakpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cursor stops at these, in training too. A click beside a line of the program and a node&apos;s menu in the autograd graph set breakpoints at places.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the cursor stops. Del removes the one chosen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the chosen breakpoints (Del)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove every breakpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Condition</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to stop at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient norm above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient norm below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any NaN or Inf</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient exactly zero</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whose gradient is looked at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>any parameter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A number such as 2.5 or 1e-6. Enter adds the breakpoint.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add the breakpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop at this condition (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Drawing area</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw a digit. The right button rubs out. Del clears, {undo} undoes a stroke, {redo} draws it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw a digit with the mouse or pen.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CheatSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CheckSection</name>
    <message>
        <source>Check by finite differences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step h</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>h, the step to look at closely: the loss at x - h and at x + h is compared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of the check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>h</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss along {0}, float64</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run check</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the check; what there is of it stays ({0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare the gradient with differences of the loss ({0})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ClosingController</name>
    <message>
        <source>Close and lose this run?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was not saved, and it cannot be kept for the next launch. {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stay</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CodeArea</name>
    <message>
        <source>The program that is run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing on this line to stop at.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This line is a comment: nothing runs there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This line only begins a definition: choose one below that runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This line does not run in an iteration.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CompareButton</name>
    <message>
        <source>compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare with another iteration (Ctrl+K)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>experiment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then, now and the difference: compared with {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is nothing kept to compare with: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iteration {0:,}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ComparisonSection</name>
    <message>
        <source>Stop comparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every element then, now, and the difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Then: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not kept: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>then</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it was at the same place of the other recording</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>then {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it is at the cursor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now less then, exactly</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No such number in both: nothing to compare.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: then {then}, now {now}, difference {difference}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ConfusionMatrix</name>
    <message>
        <source>Confusion matrix</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>predicted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>correct</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>label</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CurvePanel</name>
    <message>
        <source>Drag to pan, turn the wheel to zoom, press A to show all. Left and Right move the crosshair.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not finite at iteration {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} earlier runs</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CurvePlot</name>
    <message>
        <source>View all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the whole run and follow it (A, or double click)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {n}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DataFoldersController</name>
    <message>
        <source>Where are the files of {0}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They can be downloaded once ({0} MB) and are kept in {1}. Training continues meanwhile.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download {0} into the folder for cached files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use the files of {0} in a folder here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Downloading {0} ({1} of {2}): {3:.1f} of {4:.1f} MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The download was cancelled. Files that were complete are kept.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DrawPanel</name>
    <message>
        <source>Draw a digit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DrawingTrainingController</name>
    <message>
        <source>Draw a digit and choose its label first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the label of the drawing first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause the training first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The newest step was not on a drawing.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorPlot</name>
    <message>
        <source>h</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Relative error over the step h</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The relative error of the difference quotient over the step h. Lines at 1e-7, 1e-4 and 1e-2: below is fine, fine with kinks, suspicious; above is wrong. Click a step, or press Enter at the crosshair, to look at it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>h = {0}: {1}, relative error {2}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>EvaluateBar</name>
    <message>
        <source>How many samples to evaluate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many samples of the set are evaluated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Classify these samples with the current network; training can continue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop evaluating and keep the previous numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of the evaluation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:,} (first)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:,} (all)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:,} of {1:,}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExcitedMaps</name>
    <message>
        <source>Most active feature maps of the drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>relu({0})   {1}×{2}×{3}   0 … {4}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExperimentSection</name>
    <message>
        <source>There is no node.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause the training first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This node has no output gradient: it adds what arrives to .grad.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This iteration has no such node yet: run forward first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experiment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo the change of the gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the recorded gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change of the gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scale by ×</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clip to ±</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zero</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add noise σ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Value of the change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply the change of the gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How to change the gradient out of this node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A number such as 0.5 or 1e-3. Enter applies it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run backward with the changed gradient (Enter in the field)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type a number above 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type a number.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs this iteration&apos;s backward again with the gradient out of this node changed.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExplanationsController</name>
    <message>
        <source>Nothing is computed yet: press F11 to run an iteration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause training (F5) to ask where a number comes from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no worker to ask: choose Run &gt; Start torch again.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FailureNote</name>
    <message>
        <source>Mend it by x.unsqueeze(0)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the network this input as a batch of one, 1×1×32×32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>x has no batch dimension:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Line {0}: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward failed</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FilesController</name>
    <message>
        <source>Open a session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights (*.safetensors *.pt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>safetensors (*.safetensors)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch state_dict (*.pt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sessions (*{0})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open another session?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whatever was not saved of this run&apos;s {0:,} iterations is lost.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights of {0} are loaded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FlowBars</name>
    <message>
        <source>Click a bar, or use Left, Right and Enter, to select the parameter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every .grad is None.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FormulaLine</name>
    <message>
        <source>The formula with its numbers</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GradientFlowPlot</name>
    <message>
        <source>Gradient flow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bars ‖grad‖ · dots ‖Δw‖ / ‖w‖</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: .grad is None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: ‖grad‖ {grad}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: ‖grad‖ {grad} · ‖Δw‖ / ‖w‖ {ratio}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GradientRow</name>
    <message>
        <source>±{limit} · norm {norm}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{text} · {n} not finite</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GradientSection</name>
    <message>
        <source>The histogram leaves zeros out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before: None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before: zeros</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after backward: not yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after backward: None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after backward: zeros</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>after backward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min {low} · max {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} zeros</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean {mean} · norm {norm}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} not finite</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GraphCanvas</name>
    <message>
        <source>Nodes of the autograd graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys follow the edges, Enter chooses a node, the Menu key sets breakpoints, plus and minus zoom.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Break here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Break when {name} is &amp;accumulated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>adds to {name}.grad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a scalar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient: {shape}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not reached yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>just run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>has a breakpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The graph appears with the first forward pass.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GroupBars</name>
    <message>
        <source>The sum by groups</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the sum by {axis}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title}, {n} of {count}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Gutter</name>
    <message>
        <source>Line numbers and breakpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The cursor stops before this line. Click to remove (F9)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to stop before this line (F9)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HelpController</name>
    <message>
        <source>Faults of this program and where they arose, the newest last: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has gone wrong so far. The log would be {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About backprop_viz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>backprop_viz {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See what back-propagation does, on a real PyTorch network, while it does it. MIT licence.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ImagesController</name>
    <message>
        <source>Open an image of a digit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images (*.png *.jpg *.jpeg *.PNG *.JPG *.JPEG)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no image in the clipboard: copy one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The image in the clipboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the first of {0} files was opened: open them one by one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading image {0:,} of {1:,}: {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder was read again: press Reset to train on its images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading was cancelled; nothing was changed.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>InspectorView</name>
    <message>
        <source>Inspector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the inspector shows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a parameter or a layer&apos;s tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grad_fn of {key}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grad_fn of {key} · {shape}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{shape} · {dtype} · sample {sample} of the batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{output} · {shape} · {dtype} · sample {sample} of the batch</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>IterationStrip</name>
    <message>
        <source>Iterations kept in memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iteration {number} is shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iteration {number}: click to look at it (Page Up, Page Down)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>IterationStripNote</name>
    <message>
        <source>kept {first}–{last} · {kept} of {budget} MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{words}
These iterations can be looked at again, event by event (Page Up, Page Down).
When the memory for them is used up, the oldest go first. How much they may take is set in the History menu.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LossAlongPlot</name>
    <message>
        <source>loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>moved by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss along this number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss where only this number is another, in float64; the dashed line has the gradient as its slope. Drag the interval&apos;s edges to choose h; the wheel, + and - zoom; Left and Right read the points.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>slope = the gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the step lands here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>moved by {0}: loss {1} ({2})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LossPlot</name>
    <message>
        <source>batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss of each batch, as torch computed it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>smoothed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The moving average of the batches&apos; losses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>validation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean loss on the validation set, which the net is not trained on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the loss on a logarithmic scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no loss: backward starts from a random gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The curve starts with the first iteration.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MapWindow</name>
    <message>
        <source>One map, large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous map (Left)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next map (Right)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show {output}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show {output} in its place (O)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} · {count} units</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} · {count} maps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not computed yet at the cursor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min {low}   max {high}   mean {mean}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>colours span ±{limit}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} are nan or inf</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Point at a number to read it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Show all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the whole message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show where this went wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss this message (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error: {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message: {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the log of this and earlier faults</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NavigationController</name>
    <message>
        <source>It first appeared in the output of {0}, from inputs between {1:.4g} and {2:.4g}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory for past iterations, in MB</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory for iterations</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NetworkCanvas</name>
    <message>
        <source>&amp;Break when {name} is computed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show {output}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers and their maps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys go from map to map, Enter shows the map large, O shows the layer&apos;s other output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The layers appear with the first forward pass.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>then</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>then {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>now {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>difference {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{layer}: no parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: not computed yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{layer}: {shape}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{chain}: {shown} is shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click the name to show {other} (O)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{chosen} has not run yet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NetworkView</name>
    <message>
        <source>Network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>activations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What each layer computed from the sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The parameters of each layer at the cursor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradients</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient of the loss for each layer&apos;s output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} · {count} parameters</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NextStepHint</name>
    <message>
        <source>Loading PyTorch…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next step</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NodeSection</name>
    <message>
        <source>g is the gradient that arrives: ∂L/∂y</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not reached yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>.grad after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>saved</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>freed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved tensors: {state}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No saved tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What forward kept for this node; backward uses it and frees it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NotADigit</name>
    <message>
        <source>Judged by another network, which comes with the program and was trained on drawn digits, letters and scribbles. The probabilities are your network&apos;s: it has to choose among ten digits, whatever is drawn.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Does not look like a digit</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NumberDialog</name>
    <message>
        <source>It takes {0}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NumberField</name>
    <message>
        <source>Takes {0}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OptionsDialog</name>
    <message>
        <source>Training options</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What zero_grad does to every .grad when an iteration starts. Takes effect at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sets .grad to None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fills .grad with zeros</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not called: gradients accumulate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changing the optimizer&apos;s options starts again with a new network. The schedule&apos;s take effect at once, as if they had been set from the first iteration.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OriginView</name>
    <message>
        <source>Where does it come from?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Record this iteration whole</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run it once more from the last checkpoint, and keep every sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the number changes next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the number before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All the room for this panel, or no longer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The worker could not be given this iteration: run it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {0}, not the one shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Working it out…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ParameterModel</name>
    <message>
        <source>name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shape</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>count</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its name in net.named_parameters()</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its size()</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many numbers it has</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its L2 norm at the cursor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The L2 norm of its .grad at the cursor; None where .grad is None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}: torch.Size([{1}]), {2} numbers, norm {3}, norm of .grad {4}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ParameterTable</name>
    <message>
        <source>Parameters of the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a row to select the parameter in every panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} parameters, {1:,} numbers</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PhaseBar</name>
    <message>
        <source>Phases of the iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{note} · {count} times</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>altered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{note} · altered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>next</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>‖Δw‖ {length}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{time} · {count} nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} / {total} operations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} / {total} nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} / {total} parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not called: gradients accumulate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} grads already None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} grads already clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} grads → None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} grads → 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{none} grads → None, {zero} → 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no loss: backward starts from a gradient of the output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} events in {time}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click to see the state at its end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This phase runs next.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProbabilityBars</name>
    <message>
        <source>Probabilities of the classes: none yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicted: {name}, with probability {probability}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the net predicts for the drawing. Draw something to see it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProgramView</name>
    <message>
        <source>Program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as script</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the program as a script</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the run so far as a script that needs torch alone and gives these losses</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network&apos;s class, and what print(net) prints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The training loop and the forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The network&apos;s class, and print(net)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every parameter in a table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copied</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProgressStrip</name>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop this; the run is not affected</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QueryBar</name>
    <message>
        <source>any</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The training set, or the validation set, which is not trained on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only samples with this label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only samples that the network predicts as this class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only samples classified correctly, or only those misclassified</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>correct ✓</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>incorrect ✗</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In dataset order, or by the loss of each sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dataset order</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>highest loss first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lowest loss first</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RestoreOffer</name>
    <message>
        <source>Restore the unsaved run?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue that run in this window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Discard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete that run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask again later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep that run for the next launch (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iterations done: {0:,}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Autosaved: {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SaliencyDialog</name>
    <message>
        <source>Saliency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw something to see which of its pixels matter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saliency for {0} (label)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saliency for {0} (predicted)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>∂ out[{0}] / ∂x of 1×32×32, from −{1} to +{1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More ink on a pixel raises the logit of {0} where it is positive, and lowers it where it is negative. The line is the edge of your ink.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SaliencyPicture</name>
    <message>
        <source>Saliency of the drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a pixel to see where its gradient comes from (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SampleChooser</name>
    <message>
        <source>sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample of the batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous sample (Ctrl+PgUp)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next sample (Ctrl+PgDown)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of {recorded} recorded</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of this iteration {recorded} of {size} samples were recorded: while training runs, only the first is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every panel shows this sample of the batch; the first one is 0 (Ctrl+J)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SampleFacts</name>
    <message>
        <source>Sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step through this sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make this sample the batch of the next iteration (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a sample</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SampleGrid</name>
    <message>
        <source>Samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys select a sample, Enter steps through it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SamplesWindow</name>
    <message>
        <source>Samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Confusion matrix</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as of iteration {0:,} · colour: share of the row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not evaluated yet: press Evaluate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not evaluated yet: press Evaluate, or train.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{correct:,} of {evaluated:,} correct: accuracy {share:.2f} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{correct:,} of the first {evaluated:,} correct: accuracy {share:.2f} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:,} of {1:,} samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the samples…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No sample matches.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ScriptsController</name>
    <message>
        <source>Save as script</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Python scripts (*.py)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The samples of {0:,} iterations are too many for the clipboard: choose Run &gt; Save as script.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has run yet: the script runs {0:,} iterations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as {0}; it reads its samples from {1}: keep the two together.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The script does not repeat the gradient altered in iteration {0:,}: its losses differ after that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The script does not load the weights that the run took from a file before iteration {0:,}: its losses differ from there on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The session file does not tell all that was done in iteration {0:,}: the script&apos;s losses may differ from there on.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SearchField</name>
    <message>
        <source>Find…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a parameter, a layer or a node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a parameter, a layer, a node or a command by name (Ctrl+F)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has “{0}” in its name.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SeenByTheNet</name>
    <message>
        <source>What the net sees</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The drawing as it enters the net: cropped, centred, 32 by 32 pixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the net sees · ±{limit}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SettingsBar</name>
    <message>
        <source>{0}…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changing it starts again with a new network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes effect at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run keeps {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lr now {0:.3g}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The schedule starts from it; in the iteration shown it is {0:.9g}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the learning rate falls. Cosine: to 0, and it stays there. Step: by a factor at regular intervals. Its options are in the Training options, Ctrl+,. Takes effect at once.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples in a batch. Of random input as many are drawn, with as many targets, so a change begins again with a fresh network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, momentum {1:g}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ShownNumber</name>
    <message>
        <source>&amp;Copy number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as &amp;NumPy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy &amp;row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as &amp;hexadecimal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tab-separated, for a spreadsheet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StateSection</name>
    <message>
        <source>Optimizer state</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The update of one weight, term by term</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where does this weight come from?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This parameter has no elements.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its .grad is None: the optimizer skipped it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step to the update to see its terms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With these options the optimizer keeps no state.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>≈ is torch&apos;s own number; the formula gives another last digit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>≈ The math library&apos;s square root is off by one in its last digit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The manual rule keeps no state.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{symbol} = {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The formula, rounded exactly, gives another last digit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no rule for {rule} here; its result is {value}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SumLines</name>
    <message>
        <source>{0} more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 is 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} are 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sum of {0} terms · torch has {1} · residual {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one term · torch has {1} · residual {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In float64: {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TensorSection</name>
    <message>
        <source>Every element of the tensor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the layer computed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the loss changes with this element</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TermModel</name>
    <message>
        <source>index</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>term</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}
Click or press Enter: where does it come from?</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TermPicture</name>
    <message>
        <source>The terms as they lie in their tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>products</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TermsTable</name>
    <message>
        <source>The terms of the sum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Arrow keys go from number to number, Enter asks where it comes from.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TextDialog</name>
    <message>
        <source>Close (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the whole text</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>Timeline of the iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The events of this iteration. Left, Right, Home and End move the cursor, Page Up and Page Down show the previous and the next iteration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>training · iteration {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {number} · not started</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {number} · not started · altered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {number} · {phase} {done}/{total} · altered</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {number} · {phase} {done}/{total}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>done: {0:,}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iterations done: {0:,}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0:.1f} it/s · {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>paused · {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Tools</name>
    <message>
        <source>Thin pen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Medium pen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thick pen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{pen}: press for the next ({thinner} makes it thinner, {thicker} thicker)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrainingController</name>
    <message>
        <source>Start again with a new network?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This change needs a new network. The {0:,} iterations trained so far are lost; their loss stays on the plot as a faint curve.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this network</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrainingRow</name>
    <message>
        <source>Label of the drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The label of the drawing: what you drew. The keys 0 to 9 choose it, on the pad too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>as</source>
        <comment>Train on this as 6</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} {1}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>Speed of playing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many events are played in a second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} events/s</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>UpdateSection</name>
    <message>
        <source>Update</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The update of every element</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no rule for {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How {0} changes a weight is not known here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weight before the update</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its .grad at the cursor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the optimizer added: new w − w exactly; plain SGD adds −lr · grad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step of {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weight after the update</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>new {name}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ViewingController</name>
    <message>
        <source>Iteration to compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WhySection</name>
    <message>
        <source>Why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the event that explains it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the cursor to the event that shows it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WorkerRestartsController</name>
    <message>
        <source>{0} was not opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} was not saved.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Side</name>
    <message>
        <source>{low} … {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean {mean}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean {mean} · colours ±{limit}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>{0} from a folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train on the files of {0} in a folder of this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download the files of {0} once ({1} MB), and train on them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>D&amp;ata</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Samples…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Browse the samples: which are misclassified, which have the highest loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Confusion matrix…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which classes are predicted as which, at the last evaluation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image &amp;folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train on PNG and JPEG images in subfolders named 0 to 9</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open image…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put a PNG or JPEG image on the pad for the net to classify (or drop it on the window)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Paste image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the image from the clipboard on the pad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo stroke</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the last stroke</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo stroke</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw the removed stroke again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Eraser</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Erase instead of drawing; the right button and a stylus&apos;s other end always erase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Thinner pen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a thinner pen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Thic&amp;ker pen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use a thicker pen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use as &amp;batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make the drawing, with its label, the next batch, or go back to the data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trai&amp;n on this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One optimizer step on the drawing with its label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Un&amp;do training on this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo the last step on a drawing: everything is as it was before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Saliency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show how the digit&apos;s logit changes with each pixel, and the feature maps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;New run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Tutorial: one random input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin the run of PyTorch&apos;s tutorial: a random input, MSE, SGD</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Digits: learn to classify them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Begin a run that learns the built-in digits: cross-entropy, SGD with momentum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open session…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a saved session and continue its run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Save session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the run, the drawing and the layout in one file; training continues</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save session &amp;as…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the run, the drawing and the layout in another file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Load weights…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load weights from a .safetensors file, or from a state_dict in a .pt file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save &amp;weights…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the weights for other programs, as .safetensors or as a state_dict</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All keyboard shortcuts on one page</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show &amp;log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What has gone wrong in this program so far, and where</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About backprop_viz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Version and licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>H&amp;istory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to &amp;start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the start of the iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Previous event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go back by one event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>P&amp;lay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the cursor forward by itself, or stop it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go forward by one event; past the last one, run the next phase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go to &amp;end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the end of what was recorded of the iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous &amp;iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go back to the start of the iteration, then to the previous one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Continue from here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue the run from the end of the iteration shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare &amp;with the iteration before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show beside every number what it was in the iteration before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare with before the e&amp;xperiment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show beside every number what it was before the gradient was changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Comp&amp;are with iteration…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show beside every number what it was in an iteration that is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>St&amp;op comparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the numbers alone again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Toggle breakpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set or remove a breakpoint at the current line of the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Breakpoints…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Places and conditions at which training stops</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>History &amp;memory…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much memory past iterations may use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the next phase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step &amp;back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go back to the end of the previous phase</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run to the end of the iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Train</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train until paused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Reset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start again with a new network and the same settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start torc&amp;h again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start the process that runs torch again, and continue the run from its last autosave</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward t&amp;wice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call backward a second time, to see torch&apos;s error: the graph has been freed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward twice, &amp;graph retained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call backward twice with retain_graph=True, to see the gradients accumulate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients acc&amp;umulate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave zero_grad out, so that each backward adds to every .grad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>out.backward(r&amp;andom)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward from the output with a random gradient, without a loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input without batch di&amp;mension</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the network one input of shape 1×32×32, to see what torch says of it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mend it b&amp;y unsqueeze(0)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the network that input as a batch of one: x.unsqueeze(0)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training &amp;options…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Options of the optimizer and the schedule, and what zero_grad does</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy as script</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the run so far as a Python script that needs torch alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sa&amp;ve as script…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the run so far as a Python script, with its samples in a file beside it if many</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Where does it come from?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the sum behind the number chosen last, or the plots again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Previous sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the numbers of the batch&apos;s previous sample in every panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Next sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the numbers of the batch&apos;s next sample in every panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Go to sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Type which sample of the batch is shown in every panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Full precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write numbers with every digit that tells them from their neighbours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;System theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light or dark, as the system is set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Light theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use light colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Dark theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use dark colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Reset layout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give every panel its default size</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>axes</name>
    <message>
        <source>sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>output channel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>feature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>class</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>breakpoints</name>
    <message>
        <source>The loss is above {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A gradient&apos;s norm is above {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A gradient&apos;s norm is below {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A value is NaN or infinite</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A gradient is exactly zero everywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A .grad is still None after backward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forward has computed {key}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient of {key} is accumulated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The norm of {key}.grad is above {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The norm of {key}.grad is below {value}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{key}.grad is exactly zero everywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{key}.grad is still None after backward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped before line {line}: {code}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before line {line}: {code}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before line {line} of the network&apos;s file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before a line that is not run now: {key}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward has run the node of {key}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward has run {name} of {key}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>check</name>
    <message>
        <source>✓ agrees to {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>✓ agrees to {0}: fine where the loss has kinks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>✓ both are 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>≈ too small to tell from rounding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>? differs by {0}, more than it should</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>∧ it lies on a kink: there is no derivative</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>✗ differs by {0}: probably wrong</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With h = {0} the difference quotient is {1}, relative error {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No unit switches inside the interval.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} units switch inside the interval.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} lies on its kink, and {2} more units switch inside the interval.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} lies on its kink.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} switched inside the interval, at {1}, and {2} more units.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} switched inside the interval, at {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a ReLU: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a max pool: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>an absolute value: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>float64 {1} · differences {2} (h = {3})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>backward {0} · float64 {1} · differences {2} (h = {3})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The check was cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This recording is no longer held: run the check again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This gradient belongs to no recorded tensor, so there is nothing to vary: choose a weight or an activation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This number is a whole one ({0}): it cannot be varied a little.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With h = {0} this number would not change: choose a larger h.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no loss yet: run the loss phase first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss does not depend on this number: its gradient is None.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only {0} samples of this iteration were recorded, so the loss cannot be computed again: record the iteration whole.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cannot be run again: its arguments were not recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} does not give what was recorded when it is run again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient that backward computed is not that of the recorded operations: a tensor was written to in a way that was not recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The check failed: {0}: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This number cannot be checked ({0}).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>comparison</name>
    <message>
        <source>before the experiment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the previous iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iteration {0:,}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>data sets</name>
    <message>
        <source>70,000 pictures of clothes and shoes, in four files (31 MB)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder with Fashion-MNIST&apos;s four files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PNG and JPEG images in subfolders named 0 to 9</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a folder with subfolders 0 to 9 of images</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>70,000 handwritten digits, in four files (12 MB)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder with MNIST&apos;s four files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Random input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One batch of random images and random targets, as in PyTorch&apos;s tutorial</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Digits (built in)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>120,000 digits, drawn on this computer</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>loss is one of {0}, not {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>data is {0} or a torch Dataset, not {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fashion-MNIST needs the folder that holds its four files: give its path.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A folder of images has subfolders 0 to 9: give its path.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MNIST needs the folder that holds its four files: give its path.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder {0} cannot be written: {1}. Make room or give yourself access there and download again, or choose a folder with {2}&apos;s files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} could not be downloaded: {1}. Check the network and download again, or choose a folder with {2}&apos;s files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a file. Choose an image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cannot be read: {1}. Check that it is there and that you may read it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is all of one colour. Choose an image with a digit in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a PNG or JPEG image. Choose one that is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is damaged or incomplete: {1}. Choose another image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is incomplete: its header promises {1} by {2} pixels in {3} bytes. Choose another image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has more than {1} million pixels. Make it smaller first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a folder. Choose one with subfolders 0 to 9.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has no subfolder named 0 to 9. Put the images of each digit into a subfolder of its name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The subfolders 0 to 9 of {0} hold {1} PNG and JPEG files, not 1 to {2}. Choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a folder. Choose the one with {1}&apos;s four files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} holds {1} images, but {2} {3} labels. Take both files from the same source.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a file. Put the data set&apos;s file in its place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is missing, and so is {1}. Put it there, or choose the folder that holds it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a complete gzip file: {1}. Replace it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} {1}. Replace it by the data set&apos;s file of that name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A drawing has 2 dimensions (height, width), not {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A drawing has at least one pixel; this one is {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A drawing holds real numbers, not {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A drawing holds finite numbers only; this one has NaN or infinity.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a readable file: choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no permission for {0}: choose another folder or file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The disk is full: make room, or choose a folder on another disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your disk quota is used up: make room, or choose another folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{1} is too large for this disk: choose a folder on another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The folder {2} is read-only: choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} does not exist: choose another folder or file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{2} is not a folder: choose another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is a folder: choose a file, or another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name {1} is too long: choose a shorter one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cannot be used ({3}): choose another folder or file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input_form is one of {0}, not {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>schedule is one of {0}, not {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The options of a schedule are named, not {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The schedule {0} does not take {1}; its options: {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gamma is a number from 0 up, not {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is a whole number from 1 up, not {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was before iteration {0} is not known in a run that was opened from a file: continue from a later iteration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The data set is empty: give one with at least one sample.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>batch_size is at least 1, not {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lr is a finite number from 0 up, not {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>optimizer is one of {0}, not {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} takes no options, not {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} does not take these options: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Random data has no labels to train on: choose other data.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With {0} there is no label, so the network cannot train on a drawing: choose another loss.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The newest iteration was not on a drawing, so there is nothing to undo: to go back farther, show an iteration and choose Continue from here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no drawing yet: draw a digit on the pad first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The drawing has no label yet: choose its label first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no backward to change yet: press F11 to run an iteration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This is too much for one file: {0} bytes of JSON.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is not a {1} of backprop_viz: choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} was saved by a newer backprop_viz: update the program to open it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} was saved by an older backprop_viz: open it with that one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is damaged or incomplete: choose another copy of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cannot be saved: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} cannot be opened: {1}; choose another file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} holds no weights that can be read safely: choose a .safetensors file, or a state_dict that torch.save wrote.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has an unknown format: choose .safetensors or .pt.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} belongs to another network (it differs in {1}): choose weights of this one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} in {1} is not a tensor: choose weights of this network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} in {1} is {2}, and in this network {3}: choose weights of this network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is there already, and would be replaced by the script&apos;s samples; choose another name for the script.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An unfinished iteration cannot be saved: press F11 to finish it, then save.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>facts</name>
    <message>
        <source>Pre-activation {0}, above 0: it passes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-activation {0}, so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ReLU: its input was {0}, so × 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ReLU stopped it: its input was {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-activation {0}, above 0: × 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-activation {0}, not above 0: × {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-activation {0}, above {1}: it passes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-activation {0}, not above {1}: it is replaced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-activation {0}, above 0: on the line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pre-activation {0}, not above 0: on the curve.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saturated: at {0} the slope is only {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is between the bounds: it passes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is at or below the lower bound {1}: it stops there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is at or above the upper bound {1}: it stops there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dropout kept it, scaled by {1} (p = {0}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dropout dropped it (p = {0}), so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is 0 whether dropout (p = {0}) kept it or not.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dropout is off: it passes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean of a window of {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No window has this element, so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The largest of {0}: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The smallest of {0}: {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} won against {1}, so the gradient is passed on here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{1} won against {0}, so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both are {0}: they share the gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ln Σ exp(x) of {1} numbers is {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its own probability is {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Class {1} is the label; the network gave it the probability {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Class {1} is not the label (that is {2}); its probability is {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Class {0} is this sample&apos;s label, so its gradient is passed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Class {0} is not this sample&apos;s label ({1}), so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The label is {0}; its probability is {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This sample is ignored, so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples that are ignored: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output {1}, target {2}: the error is {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output {2}, target {3}: the error {0} is within {1}, so it counts squared.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Output {2}, target {3}: the error {0} is not within {1}; its sign counts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Probability {0}, target {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of {2} features: mean {0}, σ {1}. Here x is {3}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of a group of {2}: mean {0}, σ {1}. Here x is {3}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of this sample&apos;s channel ({2}): mean {0}, σ {1}. Here x is {3}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The batch&apos;s own statistics ({2} numbers): mean {0}, σ {1}. Here x is {3}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The running statistics: mean {0}, σ {1}. Here x is {3}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Root mean square of {1}: {0}. Here x is {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean of {0} numbers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean of {1} numbers is {0}; divided by {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The squares of {0} numbers sum to {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row {0} of the table.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Row {0} was looked up {1} times.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The condition holds: taken from the first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The condition does not hold: taken from the second.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It was chosen, so the gradient is passed on here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The other was chosen, so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of {2} keys, {0} has the most attention: {1}. Without any: {3}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It depends on {0} numbers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward starts here: the loss&apos;s own gradient is 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An experiment changed it: {0} ({1}). Without it: {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} = {1} = {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max pool: {1} won of the {0} in its window. The others: {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max pool: this of the {0} won, so the gradient is passed on here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max pool: this won in {0} of the {1} windows that have it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max pool: another of the {0} won ({1}), so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max pool: others won in all of the {0} windows that have it, so 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Σ exp(x) of {1} numbers is {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Σ exp(x) = {0} = {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The labels&apos; probabilities ({0}): {1} on average, at least {2}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>fields</name>
    <message>
        <source>{name}: “{text}” can mean {one} or {other}; type one of them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: “{text}” is too close to 0 to be told from it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} takes {range}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} takes {range}, not “{text}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a whole number from {low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number above {low}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number from {low} up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number more than {low} and less than {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number more than {low}, up to {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number from {low} to less than {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a number from {low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>findings</name>
    <message>
        <source>Batch norm is in eval mode while the model trains: it uses its stored statistics.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the {2} units of {0}, {1} are 0 for the whole batch: almost no gradient passes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the {2} units of {0}, {1} are 0 for the whole batch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients explode: that of {0} is {2:.1e} times that of {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zero_grad was not called: {1} still had its last gradient when backward began. Parameters with an old gradient: {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward never reached {0}: the loss does not depend on it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first {0} arose in {1}, from inputs that were all finite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss is {0}, and an input or a parameter was already not finite.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has a gradient of norm {1:.2e} and was not updated: no optimizer has it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward reached no parameter of the model: the loss does not depend on any.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch norm is training on a batch of one sample.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} comes before {1}, which expects raw scores: remove the {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Updates are {0:.1e} times as large as the weights; about 1e-3 is usual. Lower the learning rate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Updates are {0:.1e} times as large as the weights; about 1e-3 is usual. The learning rate may be too small.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradients of {0} mean losses are added up undivided: the sum is {0} times their mean.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A tensor of shape {0} got a gradient and is no parameter of the model: use nn.ModuleList for a list of layers, and make layers in __init__.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradients vanish: that of {0} is {2:.1e} times that of {1}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>formulas</name>
    <message>
        <source>There is no description of this node.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A torch.autograd.Function of your own: its backward method says what it computes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adds the gradient that arrives to .grad; where .grad was None, it becomes the gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies the gradient by the slope of the power, towards its base and its exponent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sends the gradient to the largest element; n equal ones share it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sends the gradient to the smallest element; n equal ones share it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Spreads the gradient back over the input through the kernels; the kernels get the input correlated with it, the bias its sum over batch and positions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sums the gradient over the batch for the bias, and multiplies it with each factor for the other. In a Linear layer A is the transposed weight.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adds each gradient to the row that was looked up; the other rows get zeros.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In training: takes out of each channel&apos;s gradient its mean over the batch and its part along the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes out of each sample&apos;s gradient its mean and its part along the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes out of each group&apos;s gradient its mean and its part along the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was dropped gets zero; what was kept gets the gradient, scaled as in forward.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The values get the gradient weighted by the attention; queries and keys get it through the softmax.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sends each gradient to the element i that was the largest of its window; where windows overlap, it adds them up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives each of the k elements i of a window an equal share of its gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gives every element that went into the mean an equal share of the gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every element summed gets the same gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sends the gradient to the element i that was the largest; all others get zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sends the gradient to the element i that was the smallest; all others get zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies by the product of the others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sums the gradient from each place to the end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shares the gradient out by the softmax of the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Twice the error of each element, divided by their number n; a sum does not divide.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The error of each element, cut at −1 and 1, divided by their number n.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each sample&apos;s own class gets an equal share with a minus sign; the other classes get zero. N counts the samples; a sum over the batch does not divide.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The error of each element, the larger the surer it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The error of each element&apos;s sigmoid, divided by their number n.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Takes from the gradient its sum over the classes, shared out by their probabilities.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each gradient less their mean weighted by the probabilities, times its own probability.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets the gradient through where the output is positive and stops it where it is 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets the gradient through where the input is positive; elsewhere a small part of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets the gradient through where the input is positive; elsewhere it fades.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets the gradient through where the input was above the threshold.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lets the gradient through between the two bounds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies by the slope: 1 at zero, almost nothing where the output is near ±1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies by the slope: ¼ at zero, almost nothing where the output is near 0 or 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies the gradient by the slope of the function at its input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies by the slope; Φ and φ are the normal distribution and its density.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies the gradient by the sigmoid of the input (here with β = 1).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies the gradient by the output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Divides the gradient by the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Divides by one plus the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Divides by twice the root: at 0 that is without bound.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies by minus half the cube of the output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies by minus the square of the output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies the gradient by the slope of the power.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies by the cosine of the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Multiplies by minus the sine of the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turns the sign where the input was negative.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turns the sign of the gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps have no slope: sends zeros.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was overwritten gets zero; the rest gets the gradient as it is. The value gets the sum of what was overwritten.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each element&apos;s gradient goes to the side it was taken from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both terms get the gradient as it is, summed over what was broadcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first term gets the gradient, the second its negative, summed over what was broadcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each factor gets the gradient times the other factor, summed over what was broadcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The quotient rule, summed over what was broadcast.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each matrix gets the gradient multiplied with the other, transposed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In each matrix of the batch: the gradient multiplied with the other, transposed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The matrix gets the outer product with the vector, the vector what comes back through the matrix.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each vector gets the other, times the gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transposes the gradient back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swaps the same two dimensions back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Puts dimensions back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same numbers in another shape: gives the gradient the shape of the input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sends the gradient on as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sends it on in the input&apos;s own type and place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sums the gradient over the copies.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cuts the gradient up: each tensor gets the part i that it became.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Joins the parts&apos; gradients again; a part that was not used counts as zeros.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Joins the slices&apos; gradients again; one that was not used counts as zeros.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only a part was used: that part gets the gradient, the rest gets zeros.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adds each gradient to the element it was taken from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cuts the border off: i are the places inside it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>guard</name>
    <message>
        <source>could not be drawn</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>interventions</name>
    <message>
        <source>The gradient out of {node} was scaled by {value}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient out of {node} was clipped to ±{value}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient out of {node} was set to zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise of standard deviation {value} was added to the gradient out of {node}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward will scale the gradient out of {node} by {value}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward will clip the gradient out of {node} to ±{value}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward will set the gradient out of {node} to zero.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward will add noise of standard deviation {value} to the gradient out of {node}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the node of {key}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} of {key}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>keys</name>
    <message>
        <source>In the timeline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous or next event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First or last event</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous or next iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the autograd graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move between nodes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select the node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set a breakpoint at the node</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom in or out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the whole graph</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the network</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move between maps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Enlarge the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the layer&apos;s other output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the enlarged map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the number under the mouse, or the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where does it come from?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move between numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask where the number comes from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Back to the number before, forward again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the gradient by finite differences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the program</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select what the line computes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the plots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the crosshair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the crosshair farther</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First or last iteration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the whole curve</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Select a parameter in the gradient flow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide the crosshair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the numbers at the crosshair</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On the drawing pad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo or redo a stroke</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the samples window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move between samples or cells</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step through this sample</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the samples of the cell</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next or previous control</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press the focused button</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss a message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare a number with the iteration before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ctrl+click</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the rows of a table</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>losses</name>
    <message>
        <source>Cross-entropy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Minus the log of the probability that softmax gives each sample&apos;s label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>KL divergence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far softmax of the output is from the target distribution, which gives the label 0.9 and spreads 0.1 over all classes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean of the absolute differences between the output and the target</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>measures how far the output is from the target.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>MSE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean of the squared differences between the output and the target</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NLL of log-softmax</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean of minus each label&apos;s log-probability, from a log_softmax of its own: cross-entropy in two steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>out.backward(random)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No loss: backward starts from a random gradient of the output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is not computed: backward takes a random gradient instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smooth L1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean of half the squared differences between the output and the target, and of the absolute differences less ½ where they are 1 or more</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>notices</name>
    <message>
        <source>The loss became {0} in iteration {1}: lower the learning rate and press Reset.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss became {0} in iteration {1}, so training stopped before the update: lower the learning rate and press Reset.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough memory for this: choose a smaller batch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This could not be run. {0} says: {1}: {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This could not be run, so the run is as it was. {0} says: {1}: {2}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough memory for this, so the run is as it was: choose a smaller batch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch could not start ({0}): choose Run &gt; Start torch again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch ended again and again ({0}): choose Run &gt; Start torch again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It is being started again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It was restarted, and the run continues as it was saved in {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It was restarted with a new network, because the run could not be brought back. Its file stays where it is: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It was restarted with the same settings and a new network; the loss so far stays on the plot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It was restarted, and the run continues from its last autosave, at most half a minute old.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch is being started again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch was started again, and the run continues as it was saved in {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch was started again with a new network, because the run could not be brought back. Its file stays where it is: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch was started again, with the same settings and a new network; the loss so far stays on the plot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The process that runs torch was started again, and the run continues from its last autosave.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This was not done, because the process that runs torch has ended: choose Run &gt; Start torch again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something in the window failed: {0}: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window and the process that runs torch do not understand each other ({0}): save the session, then choose Run &gt; Start torch again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, perhaps for lack of memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the system had run out of memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>exit status {0}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>optimizers</name>
    <message>
        <source>Manual rule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SGD</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the step before is kept and added to the new one; 0: none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What part of a new gradient is left out of the momentum, from the second one on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of each weight is added to its gradient, which pulls the weights towards 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SGD, Nesterov</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the step before is kept; the new step looks ahead along it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adagrad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How fast the learning rate falls with the number of updates; 0: it stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the sum of squares begins with; the larger, the smaller the first steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is added to the divisor, so that it is never 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adam</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the mean gradient is kept at each update; the rest is the new gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much of the mean square is kept at each update; the rest is the new square</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Divide by the largest mean square so far, so that steps never grow again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>AdamW</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What part of each weight, times the learning rate, is taken off before the step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NAdam</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How fast the momentum grows from half of beta1 towards beta1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let weight decay shrink the weights themselves, as in AdamW</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RMSprop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Divide by the gradient&apos;s standard deviation, not by its root mean square</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>options</name>
    <message>
        <source>Optimizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The learning rate falls to 0 over this many iterations, and stays there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The learning rate is multiplied by gamma every this many iterations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>times gamma</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The factor of the learning rate, as in torch&apos;s StepLR.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>iterations</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>phases</name>
    <message>
        <source>is not called: gradients accumulate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>takes a random gradient of the output in place of a loss, and computes that of every parameter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>clears the gradients of the previous iteration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>computes the network&apos;s output from its input.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>computes the gradient of the loss for every parameter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>changes the parameters by the optimizer&apos;s rule, using their gradients.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title}: {formula}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training: F5 pauses.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press F10 to run one phase of training, or F5 to train. Draw a digit any time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next (F10): {phase} {what}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F8 shows the next event of {phase}, F10 its end.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>reasons</name>
    <message>
        <source>It could not be worked out: {0}: {1}. The log has more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the batch only {0} of the samples was recorded, as training runs by.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What {0} read was not recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How {0} was called was not recorded: an argument is no plain value.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This version of torch has no {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} could not be run again: {1}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}, run again, gave other numbers than were recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} made it of nothing that was recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} has no derivative.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The operation that made {0} was not recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is a Function of your own: only its backward method knows the terms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} read a tensor that was changed in place through a view of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} wrote into a part of a tensor.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run again, the operation made no {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its backward cannot be differentiated: {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The rule of {0} is not known here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The terms found for {0} sum to {1}, which is not it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss does not depend on it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is a whole number, which has no gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No loss was recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is given: the batch has it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is given: a label of the batch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>So the parameter was as the iteration began: the update before made it, or the network was given it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>So .grad was as the iteration began: the one before left it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing that was recorded made it: to the network it is a constant.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>roles</name>
    <message>
        <source>upstream</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>× local</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>winner</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>−ln p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ln p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>logit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>output</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sign</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>kernel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bias</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pre-activation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>target</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>prediction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>factor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>products</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>what changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>per +1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>|error|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>base</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bound</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>share of the class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>coefficient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dividend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>element</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loss of the element</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>embedding</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gain γ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>share of the label</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>minuend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>−Σ ln p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>−ln Σ exp</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>normalized</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 / divisor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>1 / Σ exp</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>slope</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>deviation²</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error²</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>subtrahend</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>summand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>value</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>samples</name>
    <message>
        <source>{0}, label {1}, is the batch now: press F10 to step through its iteration.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation set</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training sample {0:,}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Validation sample {0:,}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label {label}, not evaluated yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label {label}, predicted {predicted}: incorrect ✗</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label {label}, predicted {predicted}: correct ✓</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss {0}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All {of:,} samples: {count:,} correct (accuracy {share:.2f} %).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label {label}: {count:,} of {of:,} samples correct (recall {share:.2f} %).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Predicted {predicted}: {count:,} of {of:,} samples correct (precision {share:.2f} %).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Label {label}, predicted {predicted}: {count:,} of {of:,} samples ({share:.2f} %).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>why</name>
    <message>
        <source>Nothing is recorded of it yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} is frozen: its requires_grad is False, so it gets no gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} gets no gradient: no operation of this forward pass used it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” detached its result from the graph.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” ran where autograd does not follow (no_grad), or gives a result without a gradient.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” gives {2} numbers, which cannot have one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} gets no gradient: the loss does not depend on the output of “{1}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} gets no gradient: this backward did not reach it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} got no gradient: {1} passed None on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing has run yet: step to see the gradient of {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad is None: backward has not reached it yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad is zeros, as the last iteration left it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad is still the last iteration&apos;s (norm {1}): zero_grad has not run yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad is None: zero_grad cleared it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad was None already: zero_grad had nothing to clear.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad is zeros: zero_grad cleared it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad was not cleared (norm {1}): the new gradient will be added to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad is zeros from zero_grad: backward has not reached it yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad is kept from before (norm {1}): backward has not reached it yet and will add to it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward computed the gradient of {0}: its norm is {1}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward added to the existing {0}.grad: norm {2} before, {1} after.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward has not reached {0} yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This backward did not run {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} got a gradient and passed None on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0} got gradients of norm {1} and passed on gradients of norm {2}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient of {0} is exactly zero: at {4}, {1} of {2} units of {3} let the gradient through.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient of {0} is exactly zero: “{1}” multiplied by zeros only, so {2} passed zeros on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient of {0} is exactly zero: {1} got gradients up to {2} and passed only zeros on; its forward output lies between {3} and {4}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradient of {0} is exactly zero: it was zero where backward started.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward added exactly zero to {0}.grad, which keeps its norm {5}: at {4}, {1} of {2} units of {3} let the gradient through.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward added exactly zero to {0}.grad, which keeps its norm {3}: “{1}” multiplied by zeros only, so {2} passed zeros on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward added exactly zero to {0}.grad, which keeps its norm {5}: {1} got gradients up to {2} and passed only zeros on; its forward output lies between {3} and {4}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backward added exactly zero to {0}.grad, which keeps its norm {1}: the gradient was zero where backward started.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{1} first appeared in “{2}”, from inputs between {3} and {4}. It spread to {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{1} first appeared in {2}, from gradients between {3} and {4}; in forward its inputs lay between {5} and {6}. It spread to {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{2} already held {1} when this iteration started. It spread to {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The batch itself holds {1}. It spread to {0}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{1} reached {0} through {2}; where it first appeared is not recorded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{0}.grad held {1} before this backward, and the sum keeps it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
