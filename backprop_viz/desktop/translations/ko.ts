<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en_US">
<context>
    <name>AccuracyPlot</name>
    <message>
        <source>training</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>The moving average of the batches&apos; accuracy</source>
        <translation>배치 정확도의 이동 평균</translation>
    </message>
    <message>
        <source>train</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>The accuracy on the validation set, which the net is not trained on</source>
        <translation>신경망이 학습하지 않는 검증 세트의 정확도</translation>
    </message>
    <message>
        <source>val</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>iteration</source>
        <translation>반복</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>정확도</translation>
    </message>
    <message>
        <source>The curve starts when an iteration is complete.</source>
        <translation>반복이 하나 끝나면 곡선이 시작됩니다.</translation>
    </message>
</context>
<context>
    <name>AnimationDialog</name>
    <message>
        <source>Export an animation</source>
        <translation>애니메이션 내보내기</translation>
    </message>
    <message>
        <source>This iteration, phase by phase</source>
        <translation>이 반복, 단계마다</translation>
    </message>
    <message>
        <source>This iteration, event by event</source>
        <translation>이 반복, 이벤트마다</translation>
    </message>
    <message>
        <source>This lesson, page by page</source>
        <translation>이 수업, 한 페이지씩</translation>
    </message>
    <message>
        <source>The kept iterations, one after the other</source>
        <translation>보관된 반복들을 차례로</translation>
    </message>
    <message>
        <source>What the cursor walks through</source>
        <translation>커서가 지나는 것</translation>
    </message>
    <message>
        <source>What is in the picture</source>
        <translation>그림에 담을 것</translation>
    </message>
    <message>
        <source>The picture&apos;s size in pixels</source>
        <translation>그림의 크기(픽셀)</translation>
    </message>
    <message>
        <source>The kind of file</source>
        <translation>파일 형식</translation>
    </message>
    <message>
        <source>GIF, 256 colours, plays anywhere</source>
        <translation>GIF, 256색, 어디서나 재생</translation>
    </message>
    <message>
        <source>APNG, all colours</source>
        <translation>APNG, 모든 색</translation>
    </message>
    <message>
        <source>WebP, all colours, small</source>
        <translation>WebP, 모든 색, 작은 파일</translation>
    </message>
    <message>
        <source>MP4 video</source>
        <translation>MP4 동영상</translation>
    </message>
    <message>
        <source> s</source>
        <translation> 초</translation>
    </message>
    <message>
        <source>How long each picture stays; the last one longer</source>
        <translation>각 그림이 머무는 시간. 마지막 그림은 더 오래</translation>
    </message>
    <message>
        <source>&amp;Walk</source>
        <translation>움직임(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Picture</source>
        <translation>그림(&amp;P)</translation>
    </message>
    <message>
        <source>Si&amp;ze</source>
        <translation>크기(&amp;Z)</translation>
    </message>
    <message>
        <source>&amp;Each stays</source>
        <translation>머무는 시간(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>형식(&amp;F)</translation>
    </message>
    <message>
        <source>{0} pictures, {1:.1f} s</source>
        <translation>그림 {0}장, {1:.1f}초</translation>
    </message>
</context>
<context>
    <name>AnimationsController</name>
    <message>
        <source>Nothing is recorded yet: run an iteration (F11), then export it.</source>
        <translation>아직 기록된 것이 없습니다. 반복을 실행한 뒤(F11) 내보내세요.</translation>
    </message>
    <message>
        <source>Pause training (F5) first: an animation shows what is recorded.</source>
        <translation>먼저 학습을 일시 정지하세요(F5). 애니메이션은 기록된 것을 보여 줍니다.</translation>
    </message>
    <message>
        <source>The whole window</source>
        <translation>창 전체</translation>
    </message>
    <message>
        <source>Export an animation</source>
        <translation>애니메이션 내보내기</translation>
    </message>
    <message>
        <source>Animations (*{0})</source>
        <translation>애니메이션 (*{0})</translation>
    </message>
    <message>
        <source>The cursor walks…</source>
        <translation>커서가 움직이는 중…</translation>
    </message>
    <message>
        <source>The lesson&apos;s pages are run…</source>
        <translation>수업의 페이지를 실행하는 중…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
    <message>
        <source>The file is being written…</source>
        <translation>파일을 쓰는 중…</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>{0}(으)로 저장했습니다.</translation>
    </message>
</context>
<context>
    <name>ArrayModel</name>
    <message>
        <source>Where the element is</source>
        <translation>이 원소의 위치</translation>
    </message>
</context>
<context>
    <name>AttachedController</name>
    <message>
        <source>{name} has not begun to train: {seconds} s</source>
        <translation>{name}: 아직 학습을 시작하지 않았습니다 ({seconds}초)</translation>
    </message>
    <message>
        <source>{name} has not begun to train: line {line}, {seconds} s</source>
        <translation>{name}: 아직 학습을 시작하지 않았습니다 ({line}행, {seconds}초)</translation>
    </message>
    <message>
        <source>Stop it, and close this window</source>
        <translation>중지하고 이 창을 닫습니다</translation>
    </message>
    <message>
        <source>Interrupt the script, as Ctrl+C does</source>
        <translation>Ctrl+C처럼 스크립트를 중단합니다</translation>
    </message>
    <message>
        <source>rank {rank} of {count} · {title}</source>
        <translation>랭크 {rank} / {count} · {title}</translation>
    </message>
    <message>
        <source>&amp;Edit the file</source>
        <translation>파일 편집(&amp;E)</translation>
    </message>
    <message>
        <source>Edit the file, and run it again</source>
        <translation>파일을 편집하고 다시 실행합니다</translation>
    </message>
    <message>
        <source>The script has ended.</source>
        <translation>스크립트가 끝났습니다.</translation>
    </message>
    <message>
        <source>A recording was opened: nothing runs.</source>
        <translation>기록을 열었습니다. 실행되는 것이 없습니다.</translation>
    </message>
    <message>
        <source>The script is still running.</source>
        <translation>스크립트가 아직 실행 중입니다.</translation>
    </message>
    <message>
        <source>It can go on without the window, or be interrupted as by Ctrl+C.</source>
        <translation>창 없이 계속하게 하거나, Ctrl+C처럼 중단할 수 있습니다.</translation>
    </message>
    <message>
        <source>Go on without the window</source>
        <translation>창 없이 계속</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Interrupt it</source>
        <translation>중단</translation>
    </message>
</context>
<context>
    <name>AutogradView</name>
    <message>
        <source>Autograd graph</source>
        <translation>autograd 그래프</translation>
    </message>
    <message>
        <source>all passes</source>
        <translation>모든 통과</translation>
    </message>
    <message>
        <source>Show the graphs of all passes, or that of this one</source>
        <translation>모든 통과의 그래프를 보이거나, 이 통과의 것만 보입니다</translation>
    </message>
    <message>
        <source>Fold the graph</source>
        <translation>그래프 접기</translation>
    </message>
    <message>
        <source>Show the nodes of each layer, module or loop as one box</source>
        <translation>각 층, 모듈, 루프의 노드를 상자 하나로 보여 줍니다</translation>
    </message>
    <message>
        <source>Zoom out (-)</source>
        <translation>축소 (-)</translation>
    </message>
    <message>
        <source>Zoom in (+)</source>
        <translation>확대 (+)</translation>
    </message>
    <message>
        <source>Show the whole graph (0)</source>
        <translation>그래프 전체 보기 (0)</translation>
    </message>
    <message>
        <source>loss.grad_fn → next_functions · {count} nodes</source>
        <translation>loss.grad_fn → next_functions · 노드 {count}개</translation>
    </message>
    <message>
        <source>out.grad_fn → next_functions · {count} nodes</source>
        <translation>out.grad_fn → next_functions · 노드 {count}개</translation>
    </message>
    <message>
        <source>from {name} · {count} nodes</source>
        <translation>{name}부터 · 노드 {count}개</translation>
    </message>
    <message>
        <source>from {name} and {others} more · {count} nodes</source>
        <translation>{name} 외 {others}개부터 · 노드 {count}개</translation>
    </message>
    <message>
        <source>node {done} of {count}</source>
        <translation>노드 {done} / {count}</translation>
    </message>
    <message>
        <source>backward {nth}: node {done} of {count}</source>
        <translation>backward {nth}회째: 노드 {done} / {count}</translation>
    </message>
    <message>
        <source>{graph} · closure call {number}</source>
        <translation>{graph} · closure 호출 {number}</translation>
    </message>
    <message>
        <source>{graph} · pass {number}</source>
        <translation>{graph} · 통과 {number}</translation>
    </message>
    <message>
        <source>{graph} · micro-batch {number}</source>
        <translation>{graph} · 마이크로배치 {number}</translation>
    </message>
</context>
<context>
    <name>AutosaveController</name>
    <message>
        <source>The process that runs torch does not answer.</source>
        <translation>torch를 실행하는 프로세스가 응답하지 않습니다.</translation>
    </message>
    <message>
        <source>This run cannot be autosaved, so save it yourself. {0}</source>
        <translation>이 실행을 자동 저장할 수 없으니 직접 저장하세요. {0}</translation>
    </message>
</context>
<context>
    <name>BatchMark</name>
    <message>
        <source>What the batch is</source>
        <translation>배치가 무엇인지</translation>
    </message>
    <message>
        <source>Back to the data</source>
        <translation>데이터로 돌아가기</translation>
    </message>
    <message>
        <source>Take batches from the data again</source>
        <translation>배치를 다시 데이터에서 가져오기</translation>
    </message>
    <message>
        <source>The next iterations take their batches from the data.</source>
        <translation>다음 반복부터 배치를 데이터에서 가져옵니다.</translation>
    </message>
    <message>
        <source>Iteration {0} keeps your drawing as its batch; the next one takes its batch from the data.</source>
        <translation>반복 {0}의 배치는 그대로 여러분의 그림이며, 다음 반복부터 데이터에서 배치를 가져옵니다.</translation>
    </message>
    <message>
        <source>Iteration {under_way} keeps the batch that it began with: from iteration {then} on the batch is your drawing, label {0}.</source>
        <translation>반복 {under_way}은(는) 시작할 때의 배치를 그대로 씁니다. 반복 {then}부터 배치는 여러분의 그림(레이블 {0})입니다.</translation>
    </message>
    <message>
        <source>From iteration {then} on the batch is your drawing, label {0}.</source>
        <translation>반복 {then}부터 배치는 여러분의 그림(레이블 {0})입니다.</translation>
    </message>
    <message>
        <source>The batch is your drawing, label {0}.</source>
        <translation>배치는 직접 그린 그림이며 레이블은 {0}입니다.</translation>
    </message>
    <message>
        <source>Iteration {0} trained on it: the probability of {1} went {2} → {3}.</source>
        <translation>반복 {0}에서 이 그림을 학습했습니다. {1}의 확률: {2} → {3}</translation>
    </message>
</context>
<context>
    <name>Breadcrumb</name>
    <message>
        <source>The way from the loss</source>
        <translation>손실에서 오는 길</translation>
    </message>
    <message>
        <source>The steps before</source>
        <translation>앞의 단계</translation>
    </message>
    <message>
        <source>List the steps between the loss and those shown</source>
        <translation>손실과 보이는 단계 사이의 단계를 나열합니다</translation>
    </message>
</context>
<context>
    <name>BreakpointsDialog</name>
    <message>
        <source>Breakpoints</source>
        <translation>중단점</translation>
    </message>
    <message>
        <source>The cursor stops at these, in training too. A click beside a line of the program and a node&apos;s menu in the autograd graph set breakpoints at places.</source>
        <translation>커서는 학습 중에도 여기서 멈춥니다. 프로그램의 줄 옆을 클릭하거나 autograd 그래프에서 노드의 메뉴를 열어 중단점을 정합니다.</translation>
    </message>
    <message>
        <source>Where the cursor stops. Del removes the one chosen.</source>
        <translation>커서가 멈추는 곳입니다. Del을 누르면 선택한 것을 지웁니다.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Remove the chosen breakpoints (Del)</source>
        <translation>선택한 중단점 지우기 (Del)</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>모두 지우기</translation>
    </message>
    <message>
        <source>Remove every breakpoint</source>
        <translation>모든 중단점 지우기</translation>
    </message>
    <message>
        <source>Condition</source>
        <translation>조건</translation>
    </message>
    <message>
        <source>What to stop at</source>
        <translation>무엇에서 멈출지</translation>
    </message>
    <message>
        <source>Loss above</source>
        <translation>손실이 다음보다 클 때</translation>
    </message>
    <message>
        <source>Gradient norm above</source>
        <translation>변화도의 노름이 다음보다 클 때</translation>
    </message>
    <message>
        <source>Gradient norm below</source>
        <translation>변화도의 노름이 다음보다 작을 때</translation>
    </message>
    <message>
        <source>Any NaN or Inf</source>
        <translation>NaN 또는 Inf가 있을 때</translation>
    </message>
    <message>
        <source>Gradient exactly zero</source>
        <translation>변화도가 정확히 0일 때</translation>
    </message>
    <message>
        <source>Gradient None</source>
        <translation>변화도가 None일 때</translation>
    </message>
    <message>
        <source>Parameter</source>
        <translation>매개변수</translation>
    </message>
    <message>
        <source>Whose gradient is looked at</source>
        <translation>어느 매개변수의 변화도를 볼지</translation>
    </message>
    <message>
        <source>any parameter</source>
        <translation>모든 매개변수</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>A number such as 2.5 or 1e-6. Enter adds the breakpoint.</source>
        <translation>2.5나 1e-6 같은 수. Enter를 누르면 중단점을 추가합니다.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>추가</translation>
    </message>
    <message>
        <source>Add the breakpoint</source>
        <translation>중단점 추가</translation>
    </message>
    <message>
        <source>Stop at this condition (Enter)</source>
        <translation>이 조건에서 멈추기 (Enter)</translation>
    </message>
</context>
<context>
    <name>Canvas</name>
    <message>
        <source>Drawing area</source>
        <translation>그리는 곳</translation>
    </message>
    <message>
        <source>Draw a digit. The right button erases. Del clears, {undo} undoes a stroke, {redo} draws it again.</source>
        <translation>숫자를 그리세요. 오른쪽 버튼은 지우개입니다. Del은 모두 지우고, {undo}는 획을 되돌리며, {redo}는 다시 그립니다.</translation>
    </message>
    <message>
        <source>Draw a digit with the mouse or pen.</source>
        <translation>마우스나 펜으로 숫자를 그리세요.</translation>
    </message>
</context>
<context>
    <name>CheatSheet</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>키보드 단축키</translation>
    </message>
</context>
<context>
    <name>CheckButton</name>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Run check</source>
        <translation>검사 실행</translation>
    </message>
    <message>
        <source>Stop the check; the steps done so far stay ({0})</source>
        <translation>검사를 멈춥니다. 지금까지 한 단계는 남습니다 ({0})</translation>
    </message>
    <message>
        <source>Compare the gradient with differences of the loss ({0})</source>
        <translation>변화도를 손실의 차분과 비교합니다 ({0})</translation>
    </message>
</context>
<context>
    <name>CheckSection</name>
    <message>
        <source>Check by finite differences</source>
        <translation>유한 차분으로 검사</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>검사</translation>
    </message>
    <message>
        <source>step h</source>
        <translation>간격 h</translation>
    </message>
    <message>
        <source>h, the step to look at closely: the loss at x - h and at x + h is compared.</source>
        <translation>자세히 볼 간격 h: x - h와 x + h에서의 손실을 비교합니다.</translation>
    </message>
    <message>
        <source>Loss surface</source>
        <translation>손실 곡면</translation>
    </message>
    <message>
        <source>Loss surface along this weight</source>
        <translation>이 가중치를 따른 손실 곡면</translation>
    </message>
    <message>
        <source>The loss of the data along this weight and another one</source>
        <translation>이 가중치와 다른 가중치 하나를 따른 데이터의 손실</translation>
    </message>
    <message>
        <source>Progress of the check</source>
        <translation>검사 진행률</translation>
    </message>
    <message>
        <source>h</source>
        <translation>h</translation>
    </message>
    <message>
        <source>Of one backward: .grad holds the sum of {0}.</source>
        <translation>backward 한 번의 값입니다. .grad에는 {0}번의 합이 들어 있습니다.</translation>
    </message>
</context>
<context>
    <name>ClipLine</name>
    <message>
        <source>{function} left it as it was: below the limit (total norm {before}).</source>
        <translation>{function}이(가) 그대로 두었습니다. 한도 아래입니다 (전체 노름 {before}).</translation>
    </message>
    <message>
        <source>Clipped by {function} (total norm {before} → {after}).</source>
        <translation>{function}이(가) 잘랐습니다 (전체 노름 {before} → {after}).</translation>
    </message>
    <message>
        <source>Clipped by {function}: × {factor} (total norm {before} → {after}).</source>
        <translation>{function}이(가) 잘랐습니다: × {factor} (전체 노름 {before} → {after}).</translation>
    </message>
</context>
<context>
    <name>ClosingController</name>
    <message>
        <source>Close and lose this run?</source>
        <translation>닫고 이 실행을 버릴까요?</translation>
    </message>
    <message>
        <source>It was not saved, and it cannot be kept for the next launch. {0}</source>
        <translation>저장되지 않았고, 다음에 켤 때를 위해 보관할 수도 없습니다. {0}</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Stay</source>
        <translation>머무르기</translation>
    </message>
</context>
<context>
    <name>CodeArea</name>
    <message>
        <source>The program that is run</source>
        <translation>실행되는 프로그램</translation>
    </message>
    <message>
        <source>There is nothing on this line to stop at.</source>
        <translation>이 줄에는 멈출 것이 없습니다.</translation>
    </message>
    <message>
        <source>This line is a comment: nothing runs there.</source>
        <translation>이 줄은 주석이라 아무것도 실행되지 않습니다.</translation>
    </message>
    <message>
        <source>This line only begins a definition: choose one below that runs.</source>
        <translation>이 줄은 정의를 시작할 뿐입니다. 아래에서 실행되는 줄을 고르세요.</translation>
    </message>
    <message>
        <source>This line does not run in an iteration.</source>
        <translation>이 줄은 반복에서 실행되지 않습니다.</translation>
    </message>
</context>
<context>
    <name>CodeQuestion</name>
    <message>
        <source>Run the code in this file?</source>
        <translation>이 파일의 코드를 실행할까요?</translation>
    </message>
    <message>
        <source>{0} has a network of its own, which is Python code. It can do whatever you can: run it only if you trust where the file is from. Nothing of it has run yet.</source>
        <translation>{0}에는 직접 만든 신경망, 곧 Python 코드가 들어 있습니다. 이 코드는 사용자가 할 수 있는 모든 일을 할 수 있으므로, 파일의 출처를 믿을 때만 실행하십시오. 아직 아무것도 실행되지 않았습니다.</translation>
    </message>
    <message>
        <source>The code in the file</source>
        <translation>파일 속의 코드</translation>
    </message>
    <message>
        <source>&amp;Run it</source>
        <translation>실행(&amp;R)</translation>
    </message>
    <message>
        <source>Open the session and run this code</source>
        <translation>세션을 열고 이 코드를 실행합니다</translation>
    </message>
    <message>
        <source>Leave the file unopened (Esc)</source>
        <translation>파일을 열지 않습니다 (Esc)</translation>
    </message>
</context>
<context>
    <name>CompareButton</name>
    <message>
        <source>compare</source>
        <translation>비교</translation>
    </message>
    <message>
        <source>Compare with another iteration (Ctrl+K)</source>
        <translation>다른 반복과 비교 (Ctrl+K)</translation>
    </message>
    <message>
        <source>nothing kept</source>
        <translation>보관된 것 없음</translation>
    </message>
    <message>
        <source>experiment</source>
        <translation>실험</translation>
    </message>
    <message>
        <source>Then, now and the difference: compared with {0}</source>
        <translation>그때, 지금, 차이: {0}과(와) 비교</translation>
    </message>
    <message>
        <source>There is nothing kept to compare with: {0}</source>
        <translation>비교할 것이 보관되어 있지 않습니다: {0}</translation>
    </message>
    <message>
        <source>Iteration {0:,}</source>
        <translation>반복 {0:,}</translation>
    </message>
</context>
<context>
    <name>ComparisonSection</name>
    <message>
        <source>Stop comparing</source>
        <translation>비교 끝내기</translation>
    </message>
    <message>
        <source>Every element then, now, and the difference</source>
        <translation>모든 원소의 그때, 지금, 차이</translation>
    </message>
    <message>
        <source>Then: {0}</source>
        <translation>그때: {0}</translation>
    </message>
    <message>
        <source>Not kept: {0}</source>
        <translation>보관되지 않음: {0}</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>grad</source>
        <translation>변화도</translation>
    </message>
    <message>
        <source>values</source>
        <translation>값</translation>
    </message>
    <message>
        <source>gradient</source>
        <translation>변화도</translation>
    </message>
    <message>
        <source>Compare {0}</source>
        <translation>{0} 비교</translation>
    </message>
    <message>
        <source>then</source>
        <translation>그때</translation>
    </message>
    <message>
        <source>now</source>
        <translation>지금</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>차이</translation>
    </message>
    <message>
        <source>Its value at the same place in the other recording</source>
        <translation>다른 기록의 같은 자리에 있던 값</translation>
    </message>
    <message>
        <source>then {name}</source>
        <translation>그때 {name}</translation>
    </message>
    <message>
        <source>What it is at the cursor</source>
        <translation>커서 위치에서의 값</translation>
    </message>
    <message>
        <source>Now less then, exactly</source>
        <translation>지금 빼기 그때, 정확한 값</translation>
    </message>
    <message>
        <source>This number is not in both: nothing to compare.</source>
        <translation>양쪽에 모두 있는 수가 아니라서 비교할 것이 없습니다.</translation>
    </message>
    <message>
        <source>{name}: then {then}, now {now}, difference {difference}</source>
        <translation>{name}: 그때 {then}, 지금 {now}, 차이 {difference}</translation>
    </message>
</context>
<context>
    <name>ConfusionMatrix</name>
    <message>
        <source>Confusion matrix</source>
        <translation>혼동 행렬</translation>
    </message>
    <message>
        <source>predicted</source>
        <translation>예측</translation>
    </message>
    <message>
        <source>correct</source>
        <translation>정답</translation>
    </message>
    <message>
        <source>all</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>label</source>
        <translation>레이블</translation>
    </message>
</context>
<context>
    <name>ConnectionStrip</name>
    <message>
        <source>Reconnect now</source>
        <translation>지금 다시 연결</translation>
    </message>
    <message>
        <source>Try the connection again now</source>
        <translation>지금 바로 다시 연결해 봅니다</translation>
    </message>
    <message>
        <source>Give up</source>
        <translation>그만두기</translation>
    </message>
    <message>
        <source>Try no more; what was recorded stays</source>
        <translation>더 시도하지 않습니다. 기록된 것은 남습니다</translation>
    </message>
</context>
<context>
    <name>CurvePanel</name>
    <message>
        <source>earlier</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Drag to pan, turn the wheel to zoom, press A to show all. Left and Right move the crosshair. Click a point, or press Enter: where does it come from?</source>
        <translation>끌어서 옮기고, 휠로 확대하고, A로 전체를 봅니다. 왼쪽과 오른쪽 키로 십자선을 옮깁니다. 점을 클릭하거나 Enter를 누르면 어디서 왔는지 보여 줍니다.</translation>
    </message>
    <message>
        <source>no finite number at iteration {n}</source>
        <translation>반복 {n}에 유한한 수가 없음</translation>
    </message>
    <message>
        <source>{n} earlier runs</source>
        <translation>이전 실행 {n}개</translation>
    </message>
</context>
<context>
    <name>CurvePlot</name>
    <message>
        <source>View all</source>
        <translation>전체 보기</translation>
    </message>
    <message>
        <source>Show the whole run and follow it (A, or double click)</source>
        <translation>실행 전체를 보여 주고 따라갑니다 (A 또는 더블 클릭)</translation>
    </message>
    <message>
        <source>iteration {n}</source>
        <translation>반복 {n}</translation>
    </message>
    <message>
        <source>{name}: points {count}, last {value} at iteration {n}</source>
        <translation>{name}: 점 {count}개, 마지막 값 {value} (반복 {n})</translation>
    </message>
    <message>
        <source>shown: {0}</source>
        <translation>보이는 반복: {0}</translation>
    </message>
</context>
<context>
    <name>DataDialog</name>
    <message>
        <source>Export data</source>
        <translation>데이터 내보내기</translation>
    </message>
    <message>
        <source>Which numbers are exported</source>
        <translation>내보낼 수</translation>
    </message>
    <message>
        <source>The kind of file</source>
        <translation>파일 형식</translation>
    </message>
    <message>
        <source>Each number has all its digits: read back, it is the same bit by bit.</source>
        <translation>모든 수는 모든 자릿수로 쓰입니다. 다시 읽으면 비트까지 같습니다.</translation>
    </message>
    <message>
        <source>&amp;What</source>
        <translation>무엇(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>형식(&amp;F)</translation>
    </message>
    <message>
        <source>CSV, for spreadsheets</source>
        <translation>CSV, 스프레드시트용</translation>
    </message>
    <message>
        <source>NPZ, for numpy.load</source>
        <translation>NPZ, numpy.load용</translation>
    </message>
</context>
<context>
    <name>DataExportsController</name>
    <message>
        <source>Nothing is recorded yet: run an iteration (F11), then export it.</source>
        <translation>아직 기록된 것이 없습니다. 반복을 실행한 뒤(F11) 내보내세요.</translation>
    </message>
    <message>
        <source>Curves: loss and accuracy, iterations 1 to {0:,}</source>
        <translation>곡선: 손실과 정확도, 반복 1~{0:,}</translation>
    </message>
    <message>
        <source>curves</source>
        <translation>곡선</translation>
    </message>
    <message>
        <source>this run</source>
        <translation>이 실행</translation>
    </message>
    <message numerus="yes">
        <source>Curves of this run and the %n earlier</source>
        <translation>
            <numerusform>이 실행과 이전 실행 %n개의 곡선</numerusform>
        </translation>
    </message>
    <message>
        <source>runs</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>All tensors of iteration {0:,}</source>
        <translation>반복 {0:,}의 모든 Tensor</translation>
    </message>
    <message>
        <source>Export data</source>
        <translation>데이터 내보내기</translation>
    </message>
    <message>
        <source>Data (*{0})</source>
        <translation>데이터 (*{0})</translation>
    </message>
    <message>
        <source>Other data is still being written.</source>
        <translation>다른 데이터를 아직 쓰고 있습니다.</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>{0}(으)로 저장했습니다.</translation>
    </message>
</context>
<context>
    <name>DataFoldersController</name>
    <message>
        <source>Where are the files of {0}?</source>
        <translation>{0}의 파일이 어디에 있나요?</translation>
    </message>
    <message>
        <source>They can be downloaded once ({0} MB) and are kept in {1}. Training continues meanwhile.</source>
        <translation>한 번 내려받을 수 있으며({0} MB) {1}에 보관됩니다. 그동안 학습은 계속됩니다.</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>내려받기</translation>
    </message>
    <message>
        <source>Download {0} into the folder for cached files</source>
        <translation>{0}을(를) 캐시 폴더에 내려받기</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>폴더 선택…</translation>
    </message>
    <message>
        <source>Use the files of {0} in a folder here</source>
        <translation>이 컴퓨터의 폴더에 있는 {0} 파일 사용</translation>
    </message>
    <message>
        <source>Downloading {0} ({1} of {2}): {3:.1f} of {4:.1f} MB</source>
        <translation>{0} 내려받는 중 ({1}/{2}): {3:.1f} / {4:.1f} MB</translation>
    </message>
    <message>
        <source>The download was cancelled. Files that were complete are kept.</source>
        <translation>내려받기를 취소했습니다. 완전히 받은 파일은 남아 있습니다.</translation>
    </message>
</context>
<context>
    <name>DockArea</name>
    <message>
        <source>Panels</source>
        <translation>패널</translation>
    </message>
    <message>
        <source>Panels that share a place</source>
        <translation>자리를 함께 쓰는 패널</translation>
    </message>
</context>
<context>
    <name>DrawPanel</name>
    <message>
        <source>Draw a digit</source>
        <translation>숫자 그리기</translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation>그림 지우기</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>그리기</translation>
    </message>
</context>
<context>
    <name>DrawingTrainingController</name>
    <message>
        <source>Draw a digit and choose its label first.</source>
        <translation>먼저 숫자를 그리고 레이블을 고르세요.</translation>
    </message>
    <message>
        <source>Choose the label of the drawing first.</source>
        <translation>먼저 그림의 레이블을 고르세요.</translation>
    </message>
    <message>
        <source>Pause the training first.</source>
        <translation>먼저 학습을 일시 정지하세요.</translation>
    </message>
    <message>
        <source>The newest step was not on a drawing.</source>
        <translation>가장 최근 단계는 그림으로 한 것이 아닙니다.</translation>
    </message>
</context>
<context>
    <name>ErrorPlot</name>
    <message>
        <source>h</source>
        <translation>h</translation>
    </message>
    <message>
        <source>error</source>
        <translation>오차</translation>
    </message>
    <message>
        <source>Relative error over the step h</source>
        <translation>간격 h에 따른 상대 오차</translation>
    </message>
    <message>
        <source>The relative error of the difference quotient over the step h. Lines at 1e-7, 1e-4 and 1e-2: below is fine, fine with kinks, suspicious; above is wrong. The ring is the step of the verdict, the upright line the h in the field. Click a step, or press Enter at the crosshair, to look at it.</source>
        <translation>간격 h에 따른 차분 몫의 상대 오차입니다. 선은 1e-7, 1e-4, 1e-2에 있습니다. 차례로 그 아래는 정상, 꺾인 점이 있으면 정상, 의심스러움이고, 맨 위 선보다 크면 틀린 것입니다. 고리는 판정한 간격, 세로선은 입력란의 h입니다. 간격을 클릭하거나 십자선에서 Enter를 누르면 자세히 봅니다.</translation>
    </message>
    <message>
        <source>h = {0}: {1}, relative error {2}</source>
        <translation>h = {0}: {1}, 상대 오차 {2}</translation>
    </message>
</context>
<context>
    <name>EvaluateBar</name>
    <message>
        <source>How many samples to evaluate</source>
        <translation>평가할 샘플 수</translation>
    </message>
    <message>
        <source>How many samples of the set are evaluated</source>
        <translation>이 세트에서 몇 개의 샘플을 평가할지</translation>
    </message>
    <message>
        <source>Evaluate</source>
        <translation>평가</translation>
    </message>
    <message>
        <source>Classify these samples with the current network; training can continue</source>
        <translation>지금의 신경망으로 이 샘플들을 분류합니다. 학습은 계속할 수 있습니다</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Stop evaluating and keep the previous numbers</source>
        <translation>평가를 멈추고 이전 결과를 그대로 둡니다</translation>
    </message>
    <message>
        <source>Progress of the evaluation</source>
        <translation>평가 진행률</translation>
    </message>
    <message>
        <source>{0:,} (first)</source>
        <translation>{0:,}개 (앞에서부터)</translation>
    </message>
    <message>
        <source>{0:,} (all)</source>
        <translation>{0:,}개 (전체)</translation>
    </message>
    <message>
        <source>{0:,} of {1:,}</source>
        <translation>{0:,} / {1:,}</translation>
    </message>
</context>
<context>
    <name>ExcitedMaps</name>
    <message>
        <source>Most active feature maps of the drawing</source>
        <translation>그림에 가장 활발히 반응하는 특징 맵</translation>
    </message>
    <message>
        <source>relu({0})   {1}×{2}×{3}   0 … {4}</source>
        <translation>relu({0})   {1}×{2}×{3}   0 … {4}</translation>
    </message>
</context>
<context>
    <name>ExperimentSection</name>
    <message>
        <source>There is no node.</source>
        <translation>노드가 없습니다.</translation>
    </message>
    <message>
        <source>Pause the training first.</source>
        <translation>먼저 학습을 일시 정지하세요.</translation>
    </message>
    <message>
        <source>This node has no output gradient: it adds what arrives to .grad.</source>
        <translation>이 노드에는 출력 변화도가 없습니다. 도착한 것을 .grad에 더합니다.</translation>
    </message>
    <message>
        <source>This iteration has no such node yet: run forward first.</source>
        <translation>이 반복에는 아직 그런 노드가 없습니다. 먼저 순전파를 실행하세요.</translation>
    </message>
    <message>
        <source>Experiment</source>
        <translation>실험</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Undo the change of the gradient</source>
        <translation>변화도의 변경 되돌리기</translation>
    </message>
    <message>
        <source>Back to the recorded gradient</source>
        <translation>기록된 변화도로 돌아가기</translation>
    </message>
    <message>
        <source>Change of the gradient</source>
        <translation>변화도의 변경</translation>
    </message>
    <message>
        <source>Scale by ×</source>
        <translation>배율 ×</translation>
    </message>
    <message>
        <source>Clip to ±</source>
        <translation>자르기 ±</translation>
    </message>
    <message>
        <source>Zero</source>
        <translation>0으로</translation>
    </message>
    <message>
        <source>Add noise σ</source>
        <translation>잡음 더하기 σ</translation>
    </message>
    <message>
        <source>Value of the change</source>
        <translation>변경의 값</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>적용</translation>
    </message>
    <message>
        <source>Apply the change of the gradient</source>
        <translation>변화도의 변경 적용</translation>
    </message>
    <message>
        <source>How to change the gradient out of this node</source>
        <translation>이 노드에서 나가는 변화도를 어떻게 바꿀지</translation>
    </message>
    <message>
        <source>A number such as 0.5 or 1e-3. Enter applies it.</source>
        <translation>0.5나 1e-3 같은 수. Enter를 누르면 적용합니다.</translation>
    </message>
    <message>
        <source>Run backward with the changed gradient (Enter in the field)</source>
        <translation>바꾼 변화도로 역전파 실행 (입력란에서 Enter)</translation>
    </message>
    <message>
        <source>Type a number above 0.</source>
        <translation>0보다 큰 수를 입력하세요.</translation>
    </message>
    <message>
        <source>Type a number.</source>
        <translation>수를 입력하세요.</translation>
    </message>
    <message>
        <source>Runs this iteration&apos;s backward again with the gradient out of this node changed.</source>
        <translation>이 노드에서 나가는 변화도를 바꾸어 이 반복의 역전파를 다시 실행합니다.</translation>
    </message>
</context>
<context>
    <name>ExplanationsController</name>
    <message>
        <source>Nothing is computed yet: press F11 to run an iteration.</source>
        <translation>아직 계산된 것이 없습니다. F11을 눌러 반복을 실행하세요.</translation>
    </message>
    <message>
        <source>Pause training (F5) to ask where a number comes from.</source>
        <translation>수가 어디에서 왔는지 물으려면 학습을 일시 정지하세요(F5).</translation>
    </message>
    <message>
        <source>There is no worker to ask: choose Run &gt; Start torch again.</source>
        <translation>물어볼 작업 프로세스가 없습니다. 실행 &gt; torch 다시 시작을 고르세요.</translation>
    </message>
    <message>
        <source>This needs torch, which is not installed here: pip install torch.</source>
        <translation>torch가 필요한데 여기에 설치되어 있지 않습니다: pip install torch.</translation>
    </message>
</context>
<context>
    <name>FailureNote</name>
    <message>
        <source>Fix it by x.unsqueeze(0)</source>
        <translation>x.unsqueeze(0)으로 고치기</translation>
    </message>
    <message>
        <source>Give the network this input as a batch of one, 1×1×32×32</source>
        <translation>이 입력을 한 개짜리 배치 1×1×32×32로 신경망에 넣기</translation>
    </message>
    <message>
        <source>x has no batch dimension:</source>
        <translation>x에 배치 차원이 없습니다:</translation>
    </message>
    <message>
        <source>Line {0}: {1}</source>
        <translation>{0}번째 줄: {1}</translation>
    </message>
    <message>
        <source>Forward failed</source>
        <translation>순전파 실패</translation>
    </message>
</context>
<context>
    <name>FiguresLabel</name>
    <message>
        <source>{0}
Click a figure: where does it come from?</source>
        <translation>{0}
수를 누르면 어디에서 왔는지 보입니다.</translation>
    </message>
</context>
<context>
    <name>FilesController</name>
    <message>
        <source>Open a session</source>
        <translation>세션 열기</translation>
    </message>
    <message>
        <source>Save the session</source>
        <translation>세션 저장</translation>
    </message>
    <message>
        <source>session</source>
        <translation>세션</translation>
    </message>
    <message>
        <source>Load weights</source>
        <translation>가중치 불러오기</translation>
    </message>
    <message>
        <source>Weights (*.safetensors *.pt)</source>
        <translation>가중치 (*.safetensors *.pt)</translation>
    </message>
    <message>
        <source>Save the weights</source>
        <translation>가중치 저장</translation>
    </message>
    <message>
        <source>safetensors (*.safetensors)</source>
        <translation>safetensors (*.safetensors)</translation>
    </message>
    <message>
        <source>PyTorch state_dict (*.pt)</source>
        <translation>PyTorch state_dict (*.pt)</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>Sessions (*{0})</source>
        <translation>세션 (*{0})</translation>
    </message>
    <message>
        <source>Open another session?</source>
        <translation>다른 세션을 열까요?</translation>
    </message>
    <message>
        <source>What was not saved of this run&apos;s {0:,} iterations will be lost.</source>
        <translation>이 실행의 반복 {0:,}회 중 저장하지 않은 것은 사라집니다.</translation>
    </message>
    <message>
        <source>What was not saved of this run&apos;s one iteration will be lost.</source>
        <translation>이 실행의 반복 한 번 가운데 저장하지 않은 것은 사라집니다.</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>열기</translation>
    </message>
    <message>
        <source>Keep this run</source>
        <translation>이 실행 유지</translation>
    </message>
    <message>
        <source>The weights of {0} are loaded.</source>
        <translation>{0}의 가중치를 불러왔습니다.</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>{0}(으)로 저장했습니다.</translation>
    </message>
</context>
<context>
    <name>FindingCard</name>
    <message>
        <source>Show</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Show the evidence: {title}</source>
        <translation>증거 보기: {title}</translation>
    </message>
    <message>
        <source>Select what it is about, and move the cursor to where it happened</source>
        <translation>관련된 것을 선택하고, 일어난 곳으로 커서를 옮깁니다</translation>
    </message>
    <message>
        <source>Error: {title}. {text}</source>
        <translation>오류: {title}. {text}</translation>
    </message>
    <message>
        <source>Warning: {title}. {text}</source>
        <translation>경고: {title}. {text}</translation>
    </message>
    <message>
        <source>Hint: {title}. {text}</source>
        <translation>힌트: {title}. {text}</translation>
    </message>
</context>
<context>
    <name>FindingsView</name>
    <message>
        <source>Findings</source>
        <translation>발견</translation>
    </message>
    <message>
        <source>What looks wrong in this iteration</source>
        <translation>이 반복에서 이상해 보이는 것</translation>
    </message>
    <message>
        <source>Every recorded iteration is checked.</source>
        <translation>기록된 모든 반복을 검사합니다.</translation>
    </message>
    <message>
        <source>Checked when training pauses.</source>
        <translation>학습이 일시 정지되면 검사합니다.</translation>
    </message>
    <message>
        <source>Nothing of this iteration is recorded yet: each one recorded is checked.</source>
        <translation>이 반복에서는 아직 기록된 것이 없습니다. 기록된 반복은 모두 검사합니다.</translation>
    </message>
    <message>
        <source>Nothing found: {topics}.</source>
        <translation>발견된 것 없음: {topics}.</translation>
    </message>
    <message>
        <source>Nothing found: {count} kinds of mistakes were looked for.</source>
        <translation>찾은 것 없음: {count}가지 실수를 찾아보았습니다.</translation>
    </message>
    <message>
        <source>Nothing found in the phases that have ended: {topics}.</source>
        <translation>끝난 단계에서 찾지 못함: {topics}.</translation>
    </message>
    <message>
        <source>Nothing found in the phases that have ended: {count} kinds of mistakes are looked for.</source>
        <translation>끝난 단계에서 찾은 것 없음: {count}가지 실수를 찾아봅니다.</translation>
    </message>
    <message>
        <source>Nothing found of {count} other kinds of mistakes in the phases that have ended.</source>
        <translation>끝난 단계에서 다른 {count}가지 실수는 찾지 못했습니다.</translation>
    </message>
    <message>
        <source>Nothing found of {count} other kinds of mistakes.</source>
        <translation>다른 {count}가지 실수는 찾지 못했습니다.</translation>
    </message>
    <message>
        <source>none in this iteration</source>
        <translation>이 반복에는 없음</translation>
    </message>
    <message numerus="yes">
        <source>%n in this iteration</source>
        <translation>
            <numerusform>이 반복에 %n개</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FlowBars</name>
    <message>
        <source>Click a bar or a dot, or use Left, Right and Enter: the parameter, and where its number comes from</source>
        <translation>막대나 점을 클릭하거나 왼쪽, 오른쪽, Enter 키를 쓰세요. 매개변수와 그 수의 출처를 보여 줍니다</translation>
    </message>
    <message>
        <source>The gradients appear with the first backward pass.</source>
        <translation>변화도는 첫 역전파가 실행되면 나타납니다.</translation>
    </message>
    <message>
        <source>Every .grad is None.</source>
        <translation>모든 .grad가 None입니다.</translation>
    </message>
</context>
<context>
    <name>Fonts</name>
    <message>
        <source>This system has no font</source>
        <translation>이 시스템에는 글꼴이 없습니다</translation>
    </message>
    <message>
        <source>Latin letters are shown in a font that comes with the program; symbols and other scripts show as boxes. Install a font, on Debian and Ubuntu with: {0}</source>
        <translation>라틴 문자는 프로그램에 든 글꼴로 보이고, 기호와 다른 문자는 네모로 보입니다. 글꼴을 설치하세요. Debian과 Ubuntu에서는: {0}</translation>
    </message>
</context>
<context>
    <name>FormulaLine</name>
    <message>
        <source>The formula with its numbers</source>
        <translation>수를 넣은 수식</translation>
    </message>
</context>
<context>
    <name>FullTensorChooser</name>
    <message>
        <source>The whole tensor</source>
        <translation>Tensor 전체</translation>
    </message>
    <message>
        <source>Put the shards of all ranks together</source>
        <translation>모든 랭크의 조각을 합칩니다</translation>
    </message>
    <message>
        <source>shards alone</source>
        <translation>조각만</translation>
    </message>
    <message>
        <source>whole gradient</source>
        <translation>변화도 전체</translation>
    </message>
    <message>
        <source>whole weight before</source>
        <translation>갱신 전 가중치 전체</translation>
    </message>
    <message>
        <source>whole weight after</source>
        <translation>갱신 후 가중치 전체</translation>
    </message>
</context>
<context>
    <name>GradientFlowPlot</name>
    <message>
        <source>Gradient flow</source>
        <translation>변화도 흐름</translation>
    </message>
    <message>
        <source>bars ‖grad‖ before zero_grad · dots ‖Δw‖ / ‖w‖</source>
        <translation>막대 zero_grad 전의 ‖grad‖ · 점 ‖Δw‖ / ‖w‖</translation>
    </message>
    <message>
        <source>bars ‖grad‖ · dots ‖Δw‖ / ‖w‖</source>
        <translation>막대 ‖grad‖ · 점 ‖Δw‖ / ‖w‖</translation>
    </message>
    <message>
        <source>{name}: .grad is None</source>
        <translation>{name}: .grad는 None</translation>
    </message>
    <message>
        <source>{name}: ‖grad‖ {grad}</source>
        <translation>{name}: ‖grad‖ {grad}</translation>
    </message>
    <message>
        <source>{name}: ‖grad‖ {grad} · ‖Δw‖ / ‖w‖ {ratio}</source>
        <translation>{name}: ‖grad‖ {grad} · ‖Δw‖ / ‖w‖ {ratio}</translation>
    </message>
</context>
<context>
    <name>GradientRow</name>
    <message>
        <source>not recorded</source>
        <translation>기록되지 않음</translation>
    </message>
    <message>
        <source>±{limit} · norm {norm}</source>
        <translation>±{limit} · 노름 {norm}</translation>
    </message>
    <message>
        <source>{text} · {n} not finite</source>
        <translation>{text} · 유한하지 않은 것 {n}개</translation>
    </message>
</context>
<context>
    <name>GradientSection</name>
    <message>
        <source>The histogram leaves zeros out.</source>
        <translation>히스토그램은 0을 뺍니다.</translation>
    </message>
    <message>
        <source>before: None</source>
        <translation>이전: None</translation>
    </message>
    <message>
        <source>before: zeros</source>
        <translation>이전: 모두 0</translation>
    </message>
    <message>
        <source>before</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>after: not yet</source>
        <translation>이후: 아직</translation>
    </message>
    <message>
        <source>after backward: None</source>
        <translation>backward 이후: None</translation>
    </message>
    <message>
        <source>after backward: zeros</source>
        <translation>backward 이후: 모두 0</translation>
    </message>
    <message>
        <source>after backward</source>
        <translation>backward 이후</translation>
    </message>
    <message>
        <source>norm {norm}</source>
        <translation>노름 {norm}</translation>
    </message>
    <message>
        <source>min {low} · max {high}</source>
        <translation>최소 {low} · 최대 {high}</translation>
    </message>
    <message>
        <source>{n} zeros</source>
        <translation>0이 {n}개</translation>
    </message>
    <message>
        <source>exactly 0</source>
        <translation>정확히 0</translation>
    </message>
    <message>
        <source>mean {mean} · norm {norm}</source>
        <translation>평균 {mean} · 노름 {norm}</translation>
    </message>
    <message>
        <source>{n} not finite</source>
        <translation>유한하지 않은 것 {n}개</translation>
    </message>
    <message>
        <source>NaN or infinite</source>
        <translation>NaN 또는 무한대</translation>
    </message>
</context>
<context>
    <name>GraphCanvas</name>
    <message>
        <source>Nodes of the autograd graph</source>
        <translation>Autograd 그래프의 노드</translation>
    </message>
    <message>
        <source>Arrow keys follow the edges, Enter chooses a node, Space unfolds a box, Esc folds all, the Menu key sets breakpoints, plus and minus zoom.</source>
        <translation>화살표 키로 간선을 따라가고, Enter로 노드를 고르고, Space로 상자를 펼치고, Esc로 모두 접고, 메뉴 키로 중단점을 두며, 더하기와 빼기로 확대하고 축소합니다.</translation>
    </message>
    <message>
        <source>&amp;Break here</source>
        <translation>여기서 중단(&amp;B)</translation>
    </message>
    <message>
        <source>Break when {name} is &amp;accumulated</source>
        <translation>{name}이(가) 누적될 때 중단(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Unfold {name} (Space)</source>
        <translation>{name} 펼치기(&amp;U) (Space)</translation>
    </message>
    <message>
        <source>&amp;Fold {name}</source>
        <translation>{name} 접기(&amp;F)</translation>
    </message>
    <message>
        <source>adds to {name}.grad</source>
        <translation>{name}.grad에 더함</translation>
    </message>
    <message>
        <source>a scalar</source>
        <translation>스칼라</translation>
    </message>
    <message>
        <source>{done} of {count} nodes have run</source>
        <translation>노드 {count}개 중 {done}개 실행됨</translation>
    </message>
    <message>
        <source>Double click or Space unfolds it, Esc folds all</source>
        <translation>더블 클릭이나 Space로 펼치고, Esc로 모두 접습니다</translation>
    </message>
    <message>
        <source>gradient: {shape}</source>
        <translation>변화도: {shape}</translation>
    </message>
    <message>
        <source>adds to the gradients of {names}</source>
        <translation>{names}의 변화도에 더함</translation>
    </message>
    <message>
        <source>not reached yet</source>
        <translation>아직 도달하지 않음</translation>
    </message>
    <message>
        <source>done</source>
        <translation>끝남</translation>
    </message>
    <message>
        <source>just run</source>
        <translation>방금 실행됨</translation>
    </message>
    <message>
        <source>has a breakpoint</source>
        <translation>중단점 있음</translation>
    </message>
    <message>
        <source>The graph appears with the first forward pass.</source>
        <translation>첫 순전파와 함께 그래프가 나타납니다.</translation>
    </message>
</context>
<context>
    <name>GroupBars</name>
    <message>
        <source>The sum by groups</source>
        <translation>묶음별 합</translation>
    </message>
    <message>
        <source>the sum by {axis}</source>
        <translation>{axis}별 합</translation>
    </message>
    <message>
        <source>{title}, {n} of {count}</source>
        <translation>{title}, {n}/{count}</translation>
    </message>
</context>
<context>
    <name>Gutter</name>
    <message>
        <source>Line numbers and breakpoints</source>
        <translation>줄 번호와 중단점</translation>
    </message>
    <message>
        <source>The cursor stops before this line. Click to remove (F9)</source>
        <translation>커서가 이 줄 앞에서 멈춥니다. 클릭하면 지웁니다 (F9)</translation>
    </message>
    <message>
        <source>Click to stop before this line (F9)</source>
        <translation>클릭하면 이 줄 앞에서 멈춥니다 (F9)</translation>
    </message>
</context>
<context>
    <name>HelpController</name>
    <message>
        <source>Faults of this program and where they arose, the newest last: {0}</source>
        <translation>이 프로그램의 결함과 그것이 생긴 곳, 최근 것이 마지막: {0}</translation>
    </message>
    <message>
        <source>Nothing has gone wrong so far. The log would be {0}</source>
        <translation>지금까지 잘못된 것이 없습니다. 로그 위치: {0}</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>See what back-propagation does, on a real PyTorch network, while it does it. MIT licence. Please include these versions in a bug report:</source>
        <translation>실제 PyTorch 신경망에서 역전파가 하는 일을 그 순간에 봅니다. MIT 라이선스. 오류를 알릴 때에는 다음 버전을 함께 적어 주세요:</translation>
    </message>
    <message>
        <source>About backprop_viz</source>
        <translation>backprop_viz 정보</translation>
    </message>
</context>
<context>
    <name>ImagesController</name>
    <message>
        <source>Open an image of a digit</source>
        <translation>숫자 이미지 열기</translation>
    </message>
    <message>
        <source>Images (*.png *.jpg *.jpeg *.PNG *.JPG *.JPEG)</source>
        <translation>이미지 (*.png *.jpg *.jpeg *.PNG *.JPG *.JPEG)</translation>
    </message>
    <message>
        <source>There is no image in the clipboard: copy one first.</source>
        <translation>클립보드에 이미지가 없습니다. 먼저 하나 복사하세요.</translation>
    </message>
    <message>
        <source>The image in the clipboard</source>
        <translation>클립보드의 이미지</translation>
    </message>
    <message>
        <source>Only the first of {0} files was opened: open them one by one.</source>
        <translation>파일 {0}개 중 첫 번째만 열었습니다. 하나씩 여세요.</translation>
    </message>
    <message>
        <source>Reading image {0:,} of {1:,}: {2}</source>
        <translation>이미지 읽는 중 {0:,}/{1:,}: {2}</translation>
    </message>
    <message>
        <source>The folder was read again: press Reset to train on its images.</source>
        <translation>폴더를 다시 읽었습니다. 그 이미지로 학습하려면 초기화를 누르세요.</translation>
    </message>
    <message>
        <source>Reading was cancelled; nothing was changed.</source>
        <translation>읽기를 취소했습니다. 바뀐 것은 없습니다.</translation>
    </message>
</context>
<context>
    <name>InputSection</name>
    <message>
        <source>The sample that the network is given</source>
        <translation>신경망에 주어진 샘플</translation>
    </message>
    <message>
        <source>Shown as</source>
        <translation>표시 방식</translation>
    </message>
    <message>
        <source>In which form the sample is shown</source>
        <translation>샘플을 어떤 형태로 보일지</translation>
    </message>
    <message>
        <source>shown as</source>
        <translation>표시 방식</translation>
    </message>
    <message>
        <source>image</source>
        <translation>이미지</translation>
    </message>
    <message>
        <source>colour image</source>
        <translation>컬러 이미지</translation>
    </message>
    <message>
        <source>maps</source>
        <translation>맵</translation>
    </message>
    <message>
        <source>curves</source>
        <translation>곡선</translation>
    </message>
    <message>
        <source>heat map</source>
        <translation>히트 맵</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>토큰</translation>
    </message>
    <message>
        <source>table</source>
        <translation>표</translation>
    </message>
    <message>
        <source>number</source>
        <translation>수</translation>
    </message>
</context>
<context>
    <name>InspectorView</name>
    <message>
        <source>Inspector</source>
        <translation>검사기</translation>
    </message>
    <message>
        <source>What the inspector shows</source>
        <translation>검사기가 보여 주는 것</translation>
    </message>
    <message>
        <source>Choose a parameter or a layer&apos;s tensor</source>
        <translation>매개변수나 층의 텐서를 고르세요</translation>
    </message>
    <message>
        <source>slices</source>
        <translation>모든 수</translation>
    </message>
    <message>
        <source>All numbers of the tensor, as rows and columns of two axes</source>
        <translation>텐서의 모든 수를 두 축의 행과 열로</translation>
    </message>
    <message>
        <source>grad_fn of {key}</source>
        <translation>{key}의 grad_fn</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>수 하나</translation>
    </message>
    <message>
        <source>grad_fn of {key} · {shape}</source>
        <translation>{key}의 grad_fn · {shape}</translation>
    </message>
    <message>
        <source>{rule} group {number} · lr {rate}</source>
        <translation>{rule} 그룹 {number} · lr {rate}</translation>
    </message>
    <message>
        <source>The parameters appear with the first iteration.</source>
        <translation>매개변수는 첫 반복이 시작되면 나타납니다.</translation>
    </message>
    <message>
        <source>{shape} · {dtype} · the same for the whole batch</source>
        <translation>{shape} · {dtype} · 배치 전체에 같음</translation>
    </message>
    <message>
        <source>{shape} · {dtype} · sample {sample} of the batch</source>
        <translation>{shape} · {dtype} · 배치의 샘플 {sample}</translation>
    </message>
    <message>
        <source>{output} · {shape} · {dtype} · sample {sample} of the batch</source>
        <translation>{output} · {shape} · {dtype} · 배치의 샘플 {sample}</translation>
    </message>
</context>
<context>
    <name>IterationStrip</name>
    <message>
        <source>Iterations kept in memory</source>
        <translation>메모리에 보관된 반복</translation>
    </message>
    <message>
        <source>Iteration {number} is shown.</source>
        <translation>반복 {number}을(를) 보고 있습니다.</translation>
    </message>
    <message>
        <source>Iteration {number}: click to look at it (Page Up, Page Down)</source>
        <translation>반복 {number}: 클릭하면 봅니다 (Page Up, Page Down)</translation>
    </message>
</context>
<context>
    <name>IterationStripNote</name>
    <message>
        <source>While the script runs freely, it is recorded only as often as takes little of its time.
To have each iteration, start it with {call}.</source>
        <translation>스크립트가 자유롭게 실행되는 동안에는 시간을 거의 빼앗지 않을 만큼만 기록합니다.
모든 반복을 보관하려면 {call}로 시작하세요.</translation>
    </message>
    <message>
        <source>{count} kept of {first}–{run} · {option} keeps all · {kept} of {budget} MB</source>
        <translation>{first}–{run} 중 {count}개 보관 · 모두 보관하려면 {option} · {budget} MB 중 {kept}</translation>
    </message>
    <message>
        <source>kept {first} · {kept} of {budget} MB</source>
        <translation>{first} 보관 · {budget} MB 중 {kept}</translation>
    </message>
    <message>
        <source>{count} kept of {first}–{last} · {kept} of {budget} MB</source>
        <translation>{first}–{last} 중 {count}개 보관 · {budget} MB 중 {kept}</translation>
    </message>
    <message>
        <source>kept {first}–{last} · {kept} of {budget} MB</source>
        <translation>보관 {first}–{last} · {kept}/{budget} MB</translation>
    </message>
    <message>
        <source>{words}
These iterations can be looked at again, event by event (Page Up, Page Down).
When the memory for them is used up, the oldest go first. How much they may take is set in the History menu.</source>
        <translation>{words}
이 반복들은 이벤트 하나하나 다시 볼 수 있습니다 (Page Up, Page Down).
메모리가 다 차면 가장 오래된 것부터 사라집니다. 얼마나 쓸지는 기록 메뉴에서 정합니다.</translation>
    </message>
</context>
<context>
    <name>LaneDialog</name>
    <message>
        <source>Lane of the race</source>
        <translation>경주의 레인</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>옵티마이저</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>First seed</source>
        <translation>첫 시드</translation>
    </message>
    <message>
        <source>Seeds</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>How many runs, with consecutive seeds; the band spans them</source>
        <translation>이어지는 시드로 이만큼 학습합니다. 띠는 이들의 범위입니다</translation>
    </message>
</context>
<context>
    <name>LanguageController</name>
    <message>
        <source>Lang&amp;uage</source>
        <translation>언어(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation>시스템(&amp;S)</translation>
    </message>
    <message>
        <source>The run goes on as it is</source>
        <translation>실행은 그대로 이어집니다</translation>
    </message>
    <message>
        <source>No font here has the letters of {0}: install one, such as Noto Sans CJK.</source>
        <translation>여기에는 {0} 글자가 있는 글꼴이 없습니다. Noto Sans CJK 같은 글꼴을 설치하세요.</translation>
    </message>
</context>
<context>
    <name>LayoutsController</name>
    <message>
        <source>Layout {0}</source>
        <translation>레이아웃 {0}</translation>
    </message>
    <message>
        <source>Show or close this panel</source>
        <translation>이 패널을 보이거나 닫습니다</translation>
    </message>
    <message>
        <source>Save layout as</source>
        <translation>레이아웃 다른 이름으로 저장</translation>
    </message>
    <message>
        <source>Name of the layout:</source>
        <translation>레이아웃 이름:</translation>
    </message>
    <message>
        <source>There are {0} layouts of yours already: give one of them another name.</source>
        <translation>직접 만든 레이아웃이 이미 {0}개 있습니다. 그중 하나의 이름을 바꾸세요.</translation>
    </message>
    <message>
        <source>Place the panels as in your layout</source>
        <translation>패널을 여러분의 레이아웃대로 놓습니다</translation>
    </message>
    <message>
        <source>Choose a panel first: click it, or press Ctrl+F6.</source>
        <translation>먼저 패널을 고르세요. 클릭하거나 Ctrl+F6을 누르세요.</translation>
    </message>
</context>
<context>
    <name>LessonOffer</name>
    <message>
        <source>New here? The first lesson shows what a gradient is, in five minutes.</source>
        <translation>처음이신가요? 첫 수업에서 변화도(gradient)가 무엇인지 5분 만에 봅니다.</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>첫걸음</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>나중에</translation>
    </message>
    <message>
        <source>Help &gt; First steps begins it at any time</source>
        <translation>도움말 &gt; 첫걸음에서 언제든 시작할 수 있습니다</translation>
    </message>
</context>
<context>
    <name>LessonPanel</name>
    <message>
        <source>Lesson</source>
        <translation>수업</translation>
    </message>
</context>
<context>
    <name>LinePlot</name>
    <message>
        <source>loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Loss along a line</source>
        <translation>직선을 따른 손실</translation>
    </message>
    <message>
        <source>The loss at each point of the line: 0 is the weights now, 1 the kept ones. The mouse or the arrow keys read a point.</source>
        <translation>직선의 각 점에서의 손실. 0은 지금 가중치, 1은 남겨 둔 가중치입니다. 마우스나 화살표 키로 점을 읽습니다.</translation>
    </message>
    <message>
        <source>now</source>
        <translation>지금</translation>
    </message>
    <message>
        <source>iteration {0}</source>
        <translation>반복 {0}</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산하지 않음</translation>
    </message>
    <message>
        <source>at {0}: loss {1}</source>
        <translation>{0}에서 손실 {1}</translation>
    </message>
</context>
<context>
    <name>LoggedPlot</name>
    <message>
        <source>logged</source>
        <translation>기록값</translation>
    </message>
    <message>
        <source>The numbers that the script has logged under this name</source>
        <translation>스크립트가 이 이름으로 남긴 값</translation>
    </message>
    <message>
        <source>iteration</source>
        <translation>반복</translation>
    </message>
    <message>
        <source>Logged</source>
        <translation>기록값</translation>
    </message>
    <message>
        <source>Which number is shown</source>
        <translation>표시할 값</translation>
    </message>
    <message>
        <source>Which of the numbers that the script logs is shown</source>
        <translation>스크립트가 남기는 값 중 표시할 것</translation>
    </message>
</context>
<context>
    <name>LossAlongPlot</name>
    <message>
        <source>loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>moved by</source>
        <translation>이동량</translation>
    </message>
    <message>
        <source>Loss along this number</source>
        <translation>이 수를 바꿀 때의 손실</translation>
    </message>
    <message>
        <source>The loss as only this number changes, in float64; the dashed line has the gradient as its slope. Drag the interval&apos;s edges to choose h; the wheel, + and - zoom; Left and Right read the points. Δ: how far the loss is from what it is.</source>
        <translation>이 수만 바뀔 때의 손실을 float64로 보여 줍니다. 점선의 기울기가 변화도입니다. 구간의 끝을 끌어 h를 고르고, 휠과 +, -로 확대하고 축소하며, 왼쪽과 오른쪽 키로 점을 읽습니다. Δ: 손실이 지금 값에서 떨어진 정도입니다.</translation>
    </message>
    <message>
        <source>slope = the gradient</source>
        <translation>기울기 = 변화도</translation>
    </message>
    <message>
        <source>the step lands here</source>
        <translation>갱신이 닿는 곳</translation>
    </message>
    <message>
        <source>moved by {0}: loss {1} ({2})</source>
        <translation>{0}만큼 이동: 손실 {1} ({2})</translation>
    </message>
    <message>
        <source>moved by {0}: {3} = {1} ({2})</source>
        <translation>{0}만큼 옮김: {3} = {1} ({2})</translation>
    </message>
</context>
<context>
    <name>LossBar</name>
    <message>
        <source>Colours of the losses</source>
        <translation>손실의 색</translation>
    </message>
    <message>
        <source>linear, from {0} to {1}</source>
        <translation>선형, {0}부터 {1}까지</translation>
    </message>
    <message>
        <source>logarithmic, from {0} to {1}</source>
        <translation>로그, {0}부터 {1}까지</translation>
    </message>
</context>
<context>
    <name>LossPlot</name>
    <message>
        <source>batch</source>
        <translation>배치</translation>
    </message>
    <message>
        <source>The loss of each batch, as torch computed it</source>
        <translation>torch가 계산한 그대로의 배치별 손실</translation>
    </message>
    <message>
        <source>sum of {0}, line {1}</source>
        <translation>{0}의 합, {1}행</translation>
    </message>
    <message>
        <source>sum, line {1}</source>
        <translation>합, {1}행</translation>
    </message>
    <message>
        <source>{0}, line {1}</source>
        <translation>{0}, {1}행</translation>
    </message>
    <message>
        <source>line {1}</source>
        <translation>{1}행</translation>
    </message>
    <message>
        <source>What backward in line {0} started from in each iteration, before a GradScaler scaled it</source>
        <translation>각 반복에서 {0}행의 backward가 시작된 값(GradScaler가 배율을 곱하기 전)</translation>
    </message>
    <message>
        <source>The sum of what the backwards in line {0} started from before a step, as over micro-batches, before a GradScaler scaled it</source>
        <translation>step 전에 {0}행의 backward들이 시작된 값의 합. 마이크로배치를 모두 더한 것과 같습니다(GradScaler가 배율을 곱하기 전)</translation>
    </message>
    <message>
        <source>smoothed</source>
        <translation>평활</translation>
    </message>
    <message>
        <source>The moving average of this loss</source>
        <translation>이 손실의 이동 평균</translation>
    </message>
    <message>
        <source>The moving average of the batches&apos; losses</source>
        <translation>배치 손실의 이동 평균</translation>
    </message>
    <message>
        <source>smooth</source>
        <translation>평활</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>The mean loss on the validation set, which the net is not trained on</source>
        <translation>신경망이 학습하지 않는 검증 세트의 평균 손실</translation>
    </message>
    <message>
        <source>val</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>iteration</source>
        <translation>반복</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>Logarithmic loss</source>
        <translation>로그 손실</translation>
    </message>
    <message>
        <source>Show the loss on a logarithmic scale</source>
        <translation>손실을 로그 눈금으로 보기</translation>
    </message>
    <message>
        <source>What the last backward of each iteration started from, before a GradScaler scaled it</source>
        <translation>각 반복의 마지막 backward가 시작한 값 (GradScaler가 곱하기 전)</translation>
    </message>
    <message>
        <source>The loss of each batch as long as it had one</source>
        <translation>손실이 하나였던 동안의 배치별 손실</translation>
    </message>
    <message>
        <source>There is no loss: backward starts from a random gradient.</source>
        <translation>손실이 없습니다. backward는 무작위 변화도에서 시작합니다.</translation>
    </message>
    <message>
        <source>The curve starts when an iteration is complete.</source>
        <translation>반복이 하나 끝나면 곡선이 시작됩니다.</translation>
    </message>
    <message>
        <source>No loss was computed in the iterations recorded so far.</source>
        <translation>지금까지 기록한 반복에서는 손실을 계산하지 않았습니다.</translation>
    </message>
</context>
<context>
    <name>LostConnectionsController</name>
    <message>
        <source>Recordings left out of iterations {0} to {1}: {2}. The window was too slow for them, or away.</source>
        <translation>반복 {0}–{1}에서 빠진 기록: {2}. 창이 너무 느렸거나 연결되어 있지 않았습니다.</translation>
    </message>
    <message>
        <source>The connections to ranks {0} are lost.</source>
        <translation>랭크 {0}와의 연결이 끊겼습니다.</translation>
    </message>
    <message>
        <source>The connection to rank {0} is lost.</source>
        <translation>랭크 {0}와의 연결이 끊겼습니다.</translation>
    </message>
    <message>
        <source>The connection to {0} is lost.</source>
        <translation>{0}와의 연결이 끊겼습니다.</translation>
    </message>
    <message>
        <source>Next attempt in {0} s.</source>
        <translation>{0}초 뒤에 다시 시도합니다.</translation>
    </message>
    <message>
        <source>Trying again…</source>
        <translation>다시 시도하는 중…</translation>
    </message>
    <message>
        <source>The connection is there again. Iterations that ran meanwhile: {0}.</source>
        <translation>다시 연결되었습니다. 그동안 실행된 반복: {0}.</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Menus</source>
        <translation>메뉴</translation>
    </message>
</context>
<context>
    <name>MapWindow</name>
    <message>
        <source>One map, large</source>
        <translation>맵 하나를 크게</translation>
    </message>
    <message>
        <source>Previous map (Left)</source>
        <translation>이전 맵 (왼쪽)</translation>
    </message>
    <message>
        <source>Next map (Right)</source>
        <translation>다음 맵 (오른쪽)</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>닫기 (Esc)</translation>
    </message>
    <message>
        <source>Show {output}</source>
        <translation>{output} 보기</translation>
    </message>
    <message>
        <source>Show {output} in its place (O)</source>
        <translation>대신 {output} 보기 (O)</translation>
    </message>
    <message>
        <source>{name} · {count} units</source>
        <translation>{name} · 유닛 {count}개</translation>
    </message>
    <message>
        <source>{name} · {count} maps</source>
        <translation>{name} · 맵 {count}개</translation>
    </message>
    <message>
        <source>Not computed yet at the cursor.</source>
        <translation>커서 위치에서는 아직 계산되지 않았습니다.</translation>
    </message>
    <message>
        <source>min {low}   max {high}   mean {mean}</source>
        <translation>최소 {low}   최대 {high}   평균 {mean}</translation>
    </message>
    <message>
        <source>colours span ±{limit}</source>
        <translation>색의 범위 ±{limit}</translation>
    </message>
    <message>
        <source>sizes of complex numbers</source>
        <translation>복소수의 크기</translation>
    </message>
    <message>
        <source>{count} are nan or inf</source>
        <translation>{count}개가 nan 또는 inf</translation>
    </message>
    <message>
        <source>Point at a number to read it.</source>
        <translation>수를 읽으려면 그 위를 가리키세요.</translation>
    </message>
</context>
<context>
    <name>MessageBar</name>
    <message>
        <source>Show all</source>
        <translation>모두 보기</translation>
    </message>
    <message>
        <source>Show the whole message</source>
        <translation>메시지 전체 보기</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>자세히</translation>
    </message>
    <message>
        <source>Show where this went wrong</source>
        <translation>어디에서 잘못되었는지 보기</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Dismiss this message (Esc)</source>
        <translation>이 메시지 닫기 (Esc)</translation>
    </message>
    <message>
        <source>Dismiss this message</source>
        <translation>이 메시지 닫기</translation>
    </message>
    <message>
        <source>Error: {text}</source>
        <translation>오류: {text}</translation>
    </message>
    <message>
        <source>Message: {text}</source>
        <translation>메시지: {text}</translation>
    </message>
    <message>
        <source>{0} more</source>
        <translation>{0}개 더</translation>
    </message>
    <message>
        <source>Show log</source>
        <translation>로그 보기</translation>
    </message>
    <message>
        <source>Open the log of this and earlier faults</source>
        <translation>이번과 이전 결함의 로그 열기</translation>
    </message>
</context>
<context>
    <name>ModuleCanvas</name>
    <message>
        <source>Modules of the network</source>
        <translation>신경망의 모듈</translation>
    </message>
    <message>
        <source>Arrow keys go from module to module, Enter unfolds or folds one, Esc folds all.</source>
        <translation>화살표 키로 모듈 사이를 옮기고, Enter로 펼치거나 접으며, Esc로 모두 접습니다.</translation>
    </message>
    <message>
        <source>The norm is that of sample {0}.</source>
        <translation>노름은 샘플 {0}의 것입니다.</translation>
    </message>
    <message>
        <source>Each pass reads what the one before it made.</source>
        <translation>각 통과는 바로 앞 통과가 만든 것을 읽습니다.</translation>
    </message>
    <message>
        <source>Double click or Enter unfolds it, Esc folds all</source>
        <translation>더블 클릭이나 Enter로 펼치고, Esc로 모두 접습니다</translation>
    </message>
    <message>
        <source>Double click or Enter folds it, Esc all</source>
        <translation>더블 클릭이나 Enter로 접고, Esc로 모두 접습니다</translation>
    </message>
    <message>
        <source>loop ×{count}</source>
        <translation>루프 ×{count}</translation>
    </message>
    <message>
        <source>pass {number}</source>
        <translation>통과 {number}</translation>
    </message>
    <message>
        <source>{count} layers</source>
        <translation>층 {count}개</translation>
    </message>
    <message>
        <source>{count} modules</source>
        <translation>모듈 {count}개</translation>
    </message>
</context>
<context>
    <name>ModuleTreeModel</name>
    <message>
        <source>module</source>
        <translation>모듈</translation>
    </message>
    <message>
        <source>numbers</source>
        <translation>수의 개수</translation>
    </message>
    <message>
        <source>{name}  {kind} · uses {parameters}</source>
        <translation>{name}  {kind} · {parameters} 사용</translation>
    </message>
    <message>
        <source>{kind} · {count} modules in it</source>
        <translation>{kind} · 안에 모듈 {count}개</translation>
    </message>
    <message>
        <source>uses {parameters}, which is not its own</source>
        <translation>자신의 것이 아닌 {parameters}을(를) 사용합니다</translation>
    </message>
    <message>
        <source>{count} numbers</source>
        <translation>수 {count}개</translation>
    </message>
    <message>
        <source>.grad is None</source>
        <translation>.grad는 None</translation>
    </message>
    <message>
        <source>‖.grad‖ {norm}</source>
        <translation>‖.grad‖ {norm}</translation>
    </message>
</context>
<context>
    <name>ModulesView</name>
    <message>
        <source>Modules</source>
        <translation>모듈</translation>
    </message>
    <message>
        <source>Find…</source>
        <translation>찾기…</translation>
    </message>
    <message>
        <source>Find a module</source>
        <translation>모듈 찾기</translation>
    </message>
    <message>
        <source>Show only modules with this in their name (Ctrl+Shift+M)</source>
        <translation>이름에 이것이 든 모듈만 보기 (Ctrl+Shift+M)</translation>
    </message>
    <message>
        <source>Modules and parameters</source>
        <translation>모듈과 매개변수</translation>
    </message>
    <message>
        <source>{name} · {count} parameters</source>
        <translation>{name} · 수 {count}개</translation>
    </message>
    <message>
        <source>Break when {name} is &amp;accumulated</source>
        <translation>{name}이(가) 누적될 때 중단(&amp;A)</translation>
    </message>
    <message>
        <source>Break when {name}.grad is exactly &amp;zero everywhere</source>
        <translation>{name}.grad가 모두 정확히 0일 때 중단(&amp;Z)</translation>
    </message>
    <message>
        <source>Break when {name}.grad is still &amp;None after backward</source>
        <translation>역전파 뒤에도 {name}.grad가 None일 때 중단(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Break when {name} is computed</source>
        <translation>{name}이(가) 계산될 때 중단(&amp;B)</translation>
    </message>
</context>
<context>
    <name>MoreLabel</name>
    <message>
        <source>and {count} more</source>
        <translation>외 {count}개</translation>
    </message>
</context>
<context>
    <name>NavigationController</name>
    <message>
        <source>A NaN or Inf appeared in the output of {0}, from inputs between {1:.4g} and {2:.4g}.</source>
        <translation>{0}의 출력에 NaN 또는 Inf가 나타났습니다. 입력은 {1:.4g}에서 {2:.4g} 사이였습니다.</translation>
    </message>
    <message>
        <source>It first appeared in the output of {0}, from inputs between {1:.4g} and {2:.4g}.</source>
        <translation>{1:.4g}에서 {2:.4g} 사이의 입력으로부터 {0}의 출력에 처음 나타났습니다.</translation>
    </message>
    <message>
        <source>A NaN or Inf was already in what {0} was given.</source>
        <translation>{0}이(가) 받은 값에 이미 NaN이나 Inf가 있었습니다.</translation>
    </message>
    <message>
        <source>The first of them is [{0}].</source>
        <translation>그중 첫째는 [{0}]입니다.</translation>
    </message>
    <message>
        <source>Memory for past iterations, in MB</source>
        <translation>지난 반복을 위한 메모리(MB)</translation>
    </message>
    <message>
        <source>Memory for iterations</source>
        <translation>반복을 위한 메모리</translation>
    </message>
</context>
<context>
    <name>NetworkCanvas</name>
    <message>
        <source>&amp;Break when {name} is computed</source>
        <translation>{name}이(가) 계산될 때 중단(&amp;B)</translation>
    </message>
    <message>
        <source>Show {output}</source>
        <translation>{output} 보기</translation>
    </message>
    <message>
        <source>Layers and their maps</source>
        <translation>층과 그 맵</translation>
    </message>
    <message>
        <source>Arrow keys go from map to map, Enter shows the map large, O shows the layer&apos;s other output.</source>
        <translation>화살표 키로 맵 사이를 옮기고, Enter로 맵을 크게 보며, O로 층의 다른 출력을 봅니다.</translation>
    </message>
    <message>
        <source>The layers appear with the first forward pass.</source>
        <translation>첫 순전파와 함께 층이 나타납니다.</translation>
    </message>
    <message>
        <source>then</source>
        <translation>그때</translation>
    </message>
    <message>
        <source>now</source>
        <translation>지금</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>차이</translation>
    </message>
    <message>
        <source>then {0}</source>
        <translation>그때 {0}</translation>
    </message>
    <message>
        <source>now {0}</source>
        <translation>지금 {0}</translation>
    </message>
    <message>
        <source>difference {0}</source>
        <translation>차이 {0}</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>기록되지 않음</translation>
    </message>
    <message>
        <source>{layer}: no parameters</source>
        <translation>{layer}: 매개변수 없음</translation>
    </message>
    <message>
        <source>{name}: not computed yet</source>
        <translation>{name}: 아직 계산되지 않음</translation>
    </message>
    <message>
        <source>{name}: not known before the forward it is given to</source>
        <translation>{name}: 순전파에 주어지기 전에는 알 수 없음</translation>
    </message>
    <message>
        <source>{name}: {value}</source>
        <translation>{name}: {value}</translation>
    </message>
    <message>
        <source>{name}: {low} to {high}</source>
        <translation>{name}: {low} ~ {high}</translation>
    </message>
    <message>
        <source>{name}, sizes of complex numbers: {low} to {high}</source>
        <translation>{name}, 복소수의 크기: {low} ~ {high}</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>수 하나</translation>
    </message>
    <message>
        <source>{layer}: {shape}</source>
        <translation>{layer}: {shape}</translation>
    </message>
    <message>
        <source>{chain}: {shown} is shown</source>
        <translation>{chain}: {shown}을(를) 보여 줍니다</translation>
    </message>
    <message>
        <source>Click the name to show {other} (O)</source>
        <translation>이름을 클릭하면 {other}을(를) 보여 줍니다 (O)</translation>
    </message>
    <message>
        <source>{chosen} has not run yet</source>
        <translation>{chosen}은(는) 아직 실행되지 않음</translation>
    </message>
    <message>
        <source>shown: {low} to {high}</source>
        <translation>표시: {low} ~ {high}</translation>
    </message>
</context>
<context>
    <name>NetworkPage</name>
    <message>
        <source>The network&apos;s class, and what print(net) prints</source>
        <translation>신경망의 클래스와 print(net)의 출력</translation>
    </message>
    <message>
        <source>The network&apos;s class, to be edited</source>
        <translation>편집하는 신경망의 클래스</translation>
    </message>
    <message>
        <source>Tab indents, Ctrl+Enter runs it, Esc leaves the editor</source>
        <translation>Tab은 들여쓰기, Ctrl+Enter는 실행, Esc는 편집기에서 나가기</translation>
    </message>
    <message>
        <source>Stop it</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>End the process that runs it, and bring the run back</source>
        <translation>이 코드를 실행하는 프로세스를 끝내고 학습을 되돌립니다</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>편집</translation>
    </message>
    <message>
        <source>Edit the network&apos;s class (Ctrl+Shift+E)</source>
        <translation>신경망의 클래스를 편집합니다 (Ctrl+Shift+E)</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>실행</translation>
    </message>
    <message>
        <source>Begin a run of this network with the same settings (Ctrl+Enter)</source>
        <translation>같은 설정으로 이 신경망의 학습을 시작합니다 (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>Tutorial&apos;s network</source>
        <translation>튜토리얼의 신경망</translation>
    </message>
    <message>
        <source>Begin a run of the tutorial&apos;s network again</source>
        <translation>튜토리얼의 신경망으로 학습을 다시 시작합니다</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Show the network that runs; the text is kept</source>
        <translation>학습 중인 신경망을 보여 줍니다. 편집한 글은 그대로 남습니다</translation>
    </message>
    <message>
        <source>The file, to be edited</source>
        <translation>편집하는 파일</translation>
    </message>
    <message>
        <source>The file</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Edit the file (Ctrl+Shift+E)</source>
        <translation>파일을 편집합니다 (Ctrl+Shift+E)</translation>
    </message>
    <message>
        <source>Save a copy beside the file, and run that in a new window (Ctrl+Enter)</source>
        <translation>파일 옆에 사본을 저장하고 새 창에서 실행합니다 (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>Show the file that runs; the text is kept</source>
        <translation>실행 중인 파일을 보여 줍니다. 편집한 글은 그대로 남습니다</translation>
    </message>
    <message>
        <source>The network&apos;s code has not come back yet.</source>
        <translation>신경망의 코드가 아직 끝나지 않았습니다.</translation>
    </message>
    <message>
        <source>Go back to the tutorial&apos;s network?</source>
        <translation>튜토리얼의 신경망으로 돌아갈까요?</translation>
    </message>
    <message>
        <source>What you have edited was not run. It leaves the editor; Ctrl+Z there brings it back.</source>
        <translation>편집한 내용은 아직 실행되지 않았습니다. 편집기에서 사라지지만 거기서 Ctrl+Z로 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Go back</source>
        <translation>돌아가기</translation>
    </message>
    <message>
        <source>Keep my text</source>
        <translation>내 코드 유지</translation>
    </message>
    <message>
        <source>edited, not run</source>
        <translation>편집함, 아직 실행하지 않음</translation>
    </message>
    <message>
        <source>Ctrl+Enter runs it, Esc leaves</source>
        <translation>Ctrl+Enter로 실행, Esc로 나가기</translation>
    </message>
    <message>
        <source>your own network runs</source>
        <translation>직접 만든 신경망이 학습 중</translation>
    </message>
</context>
<context>
    <name>NetworkView</name>
    <message>
        <source>Network</source>
        <translation>신경망</translation>
    </message>
    <message>
        <source>Fold the modules</source>
        <translation>모듈 접기</translation>
    </message>
    <message>
        <source>Show the layers of each module as one box</source>
        <translation>각 모듈의 층을 상자 하나로 보기</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>활성값</translation>
    </message>
    <message>
        <source>What each layer computed from the sample</source>
        <translation>각 층이 이 샘플에서 계산한 것</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>The parameters of each layer at the cursor</source>
        <translation>커서 위치에서의 각 층의 매개변수</translation>
    </message>
    <message>
        <source>gradients</source>
        <translation>변화도</translation>
    </message>
    <message>
        <source>The gradient of the loss for each layer&apos;s output</source>
        <translation>각 층의 출력에 대한 손실의 변화도</translation>
    </message>
    <message>
        <source>{name} · {count} parameters</source>
        <translation>{name} · 수 {count}개</translation>
    </message>
</context>
<context>
    <name>NetworksController</name>
    <message>
        <source>The network&apos;s code has not come back yet: wait, or choose Run &gt; Start torch again.</source>
        <translation>신경망의 코드가 아직 끝나지 않았습니다. 기다리거나 학습 &gt; torch 다시 시작을 고르십시오.</translation>
    </message>
    <message>
        <source>The autosaved run</source>
        <translation>자동 저장된 학습</translation>
    </message>
</context>
<context>
    <name>NextStepHint</name>
    <message>
        <source>Loading PyTorch…</source>
        <translation>PyTorch 불러오는 중…</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>다음 단계</translation>
    </message>
</context>
<context>
    <name>NodeSection</name>
    <message>
        <source>g is the gradient that arrives: ∂L/∂y</source>
        <translation>g는 도착하는 변화도입니다: ∂L/∂y</translation>
    </message>
    <message>
        <source>not reached yet</source>
        <translation>아직 도달하지 않음</translation>
    </message>
    <message>
        <source>Gradient in</source>
        <translation>들어오는 변화도</translation>
    </message>
    <message>
        <source>.grad after</source>
        <translation>이후 .grad</translation>
    </message>
    <message>
        <source>Gradient out</source>
        <translation>나가는 변화도</translation>
    </message>
    <message>
        <source>saved</source>
        <translation>저장됨</translation>
    </message>
    <message>
        <source>used</source>
        <translation>사용됨</translation>
    </message>
    <message>
        <source>freed</source>
        <translation>해제됨</translation>
    </message>
    <message>
        <source>Saved tensors: {state}</source>
        <translation>저장된 텐서: {state}</translation>
    </message>
    <message>
        <source>No saved tensors</source>
        <translation>저장된 텐서 없음</translation>
    </message>
    <message>
        <source>What forward kept for this node; backward uses it and frees it</source>
        <translation>순전파가 이 노드를 위해 남긴 것으로, 역전파가 쓰고 해제합니다</translation>
    </message>
</context>
<context>
    <name>NotADigit</name>
    <message>
        <source>Judged by another network, which comes with the program and was trained on drawn digits, letters and scribbles. The probabilities are your network&apos;s: it has to choose among ten digits, whatever is drawn.</source>
        <translation>프로그램에 들어 있는 다른 신경망이 판정합니다. 그 신경망은 그려진 숫자, 글자, 낙서로 학습했습니다. 확률은 여러분의 신경망이 낸 것으로, 무엇을 그리든 열 개의 숫자 중에서 골라야 합니다.</translation>
    </message>
    <message>
        <source>Does not look like a digit</source>
        <translation>숫자처럼 보이지 않습니다</translation>
    </message>
</context>
<context>
    <name>NumberDialog</name>
    <message>
        <source>It takes {0}.</source>
        <translation>{0}을(를) 받습니다.</translation>
    </message>
</context>
<context>
    <name>NumberField</name>
    <message>
        <source>Takes {0}.</source>
        <translation>{0}을(를) 받습니다.</translation>
    </message>
</context>
<context>
    <name>OptionsDialog</name>
    <message>
        <source>Training options</source>
        <translation>학습 옵션</translation>
    </message>
    <message>
        <source>What zero_grad does to every .grad when an iteration starts. Takes effect at once.</source>
        <translation>반복이 시작될 때 zero_grad가 모든 .grad에 하는 일입니다. 곧바로 적용됩니다.</translation>
    </message>
    <message>
        <source>sets .grad to None</source>
        <translation>.grad를 None으로</translation>
    </message>
    <message>
        <source>fills .grad with zeros</source>
        <translation>.grad를 0으로 채움</translation>
    </message>
    <message>
        <source>not called: gradients accumulate</source>
        <translation>부르지 않음: 변화도가 누적됨</translation>
    </message>
    <message>
        <source>Changing the optimizer&apos;s options starts again with a new network. The schedule&apos;s take effect at once, as if they had been set from the first iteration.</source>
        <translation>옵티마이저의 옵션을 바꾸면 새 신경망으로 다시 시작합니다. 스케줄의 옵션은 곧바로 적용되며, 첫 반복부터 그렇게 정해 둔 것처럼 셉니다.</translation>
    </message>
</context>
<context>
    <name>OriginColumns</name>
    <message>
        <source>Record this iteration whole</source>
        <translation>이 반복을 통째로 기록</translation>
    </message>
    <message>
        <source>Run it once more from the last checkpoint, and keep every sample</source>
        <translation>마지막 체크포인트에서 한 번 더 실행하고 모든 샘플을 보관합니다</translation>
    </message>
    <message>
        <source>The other part of this complex number</source>
        <translation>이 복소수의 다른 부분</translation>
    </message>
    <message>
        <source>Changes next</source>
        <translation>다음에 바꾸는 것</translation>
    </message>
    <message>
        <source>What the number changes next</source>
        <translation>이 수가 다음에 바꾸는 것</translation>
    </message>
    <message>
        <source>{0} more</source>
        <translation>{0}개 더</translation>
    </message>
</context>
<context>
    <name>OriginView</name>
    <message>
        <source>Where does it come from?</source>
        <translation>이 수는 어디에서 왔나요?</translation>
    </message>
    <message>
        <source>Back to the number before</source>
        <translation>이전 수로 돌아가기</translation>
    </message>
    <message>
        <source>Forward again</source>
        <translation>다시 앞으로</translation>
    </message>
    <message>
        <source>Maximise this panel, or restore it</source>
        <translation>이 패널을 최대로, 또는 원래대로</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>닫기 (Esc)</translation>
    </message>
    <message>
        <source>The worker could not be given this iteration: run it again.</source>
        <translation>작업 프로세스에 이 반복을 전달하지 못했습니다. 다시 실행하세요.</translation>
    </message>
    <message>
        <source>of the drawing</source>
        <translation>그림의 변화도</translation>
    </message>
    <message>
        <source>iteration {0}</source>
        <translation>반복 {0}</translation>
    </message>
    <message>
        <source>iteration {0}, not the one shown</source>
        <translation>반복 {0}, 지금 보는 반복이 아님</translation>
    </message>
    <message>
        <source>{0} · of the whole batch</source>
        <translation>{0} · 배치 전체</translation>
    </message>
    <message>
        <source>{0} · sample {1}</source>
        <translation>{0} · 샘플 {1}</translation>
    </message>
    <message>
        <source>Working it out…</source>
        <translation>계산하는 중…</translation>
    </message>
    <message>
        <source>Now less then, exactly. Click either number to see where it comes from.</source>
        <translation>지금에서 그때를 뺀 정확한 값. 두 수 중 하나를 클릭하면 어디에서 왔는지 보입니다.</translation>
    </message>
</context>
<context>
    <name>OtherWindowsController</name>
    <message>
        <source>Open a model</source>
        <translation>모델 열기</translation>
    </message>
    <message>
        <source>Python files (*.py)</source>
        <translation>Python 파일 (*.py)</translation>
    </message>
    <message>
        <source>{0} opens in a window of its own.</source>
        <translation>{0}이(가) 별도의 창에서 열립니다.</translation>
    </message>
    <message>
        <source>{0} is not a Python file: choose one whose name ends in .py.</source>
        <translation>{0}은(는) Python 파일이 아닙니다. 이름이 .py로 끝나는 파일을 고르십시오.</translation>
    </message>
    <message>
        <source>Open a recording</source>
        <translation>기록 열기</translation>
    </message>
    <message>
        <source>Recordings (*.bprec)</source>
        <translation>기록 (*.bprec)</translation>
    </message>
    <message>
        <source>Open the other ranks’ files</source>
        <translation>다른 랭크의 파일 열기</translation>
    </message>
    <message>
        <source>Attach to a training</source>
        <translation>학습에 연결</translation>
    </message>
    <message>
        <source>The address that bv.watch(..., to=&quot;tcp://HOST:PORT&quot;) prints:</source>
        <translation>어디에서 기다리는지. bv.watch(..., to=&quot;tcp://HOST:PORT&quot;)가 알려 주는 주소:</translation>
    </message>
</context>
<context>
    <name>PanelDock</name>
    <message>
        <source>All panels</source>
        <translation>모든 패널</translation>
    </message>
    <message>
        <source>Show the other panels again (Esc)</source>
        <translation>다른 패널을 다시 보이기 (Esc)</translation>
    </message>
    <message>
        <source>Show the other panels again</source>
        <translation>다른 패널을 다시 보이기</translation>
    </message>
    <message>
        <source>Place of the panel {0}</source>
        <translation>패널 {0}의 자리</translation>
    </message>
    <message>
        <source>Maximise, float or close this panel</source>
        <translation>이 패널을 최대화하거나 띄우거나 닫습니다</translation>
    </message>
    <message>
        <source>&amp;Maximise or restore</source>
        <translation>최대화 또는 복원(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Float or dock</source>
        <translation>띄우기 또는 붙이기(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>닫기(&amp;C)</translation>
    </message>
</context>
<context>
    <name>ParameterModel</name>
    <message>
        <source>name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>shape</source>
        <translation>shape</translation>
    </message>
    <message>
        <source>count</source>
        <translation>개수</translation>
    </message>
    <message>
        <source>Its name in net.named_parameters()</source>
        <translation>net.named_parameters()에서의 이름</translation>
    </message>
    <message>
        <source>Its size()</source>
        <translation>size() 값</translation>
    </message>
    <message>
        <source>How many numbers it has</source>
        <translation>들어 있는 수의 개수</translation>
    </message>
    <message>
        <source>Its L2 norm at the cursor</source>
        <translation>커서 위치에서의 L2 노름</translation>
    </message>
    <message>
        <source>The L2 norm of its .grad at the cursor; None where .grad is None</source>
        <translation>커서 위치에서 .grad의 L2 노름. .grad가 None이면 None</translation>
    </message>
    <message>
        <source>Whether backward computes a gradient for it</source>
        <translation>backward가 이것의 변화도를 계산하는지</translation>
    </message>
    <message>
        <source>{0}: torch.Size([{1}]), {2} numbers, norm {3}, norm of .grad {4}</source>
        <translation>{0}: torch.Size([{1}]), 수 {2}개, 노름 {3}, .grad의 노름 {4}</translation>
    </message>
</context>
<context>
    <name>ParameterTable</name>
    <message>
        <source>Parameters of the network</source>
        <translation>신경망의 매개변수</translation>
    </message>
    <message>
        <source>Choose a row to select the parameter in every panel; click a norm to see where it comes from</source>
        <translation>행을 고르면 모든 패널에서 그 매개변수가 선택됩니다. 노름을 누르면 어디에서 왔는지 보입니다</translation>
    </message>
    <message>
        <source>{0} parameters, {1:,} numbers</source>
        <translation>매개변수 {0}개, 수 {1:,}개</translation>
    </message>
</context>
<context>
    <name>PhaseBar</name>
    <message>
        <source>Phases of the iteration</source>
        <translation>반복의 단계</translation>
    </message>
    <message>
        <source>{note} · {count} times</source>
        <translation>{note} · {count}회</translation>
    </message>
    <message>
        <source>altered</source>
        <translation>변경됨</translation>
    </message>
    <message>
        <source>{note} · altered</source>
        <translation>{note} · 변경됨</translation>
    </message>
    <message>
        <source>next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>‖Δw‖ {length}</source>
        <translation>‖Δw‖ {length}</translation>
    </message>
    <message>
        <source>{time} · {count} nodes</source>
        <translation>{time} · 노드 {count}개</translation>
    </message>
    <message>
        <source>norm {before} → {after}</source>
        <translation>노름 {before} → {after}</translation>
    </message>
    <message>
        <source>every gradient × {factor}</source>
        <translation>모든 변화도 × {factor}</translation>
    </message>
    <message>
        <source>{done} events so far</source>
        <translation>지금까지 이벤트 {done}개</translation>
    </message>
    <message>
        <source>For backward a GradScaler multiplied it by {scale}.</source>
        <translation>역전파를 위해 GradScaler가 {scale}을(를) 곱했습니다.</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>거절됨</translation>
    </message>
    <message>
        <source>Run once more, it raised an error; the run is as it was.</source>
        <translation>한 번 더 실행하니 오류가 났습니다. 학습은 전과 같습니다.</translation>
    </message>
    <message>
        <source>raised</source>
        <translation>오류 발생</translation>
    </message>
    <message>
        <source>{time} · 1 node</source>
        <translation>{time} · 노드 1개</translation>
    </message>
    <message>
        <source>norm {before}: unchanged</source>
        <translation>노름 {before}: 그대로</translation>
    </message>
    <message>
        <source>1 event in {time}.</source>
        <translation>{time} 동안 이벤트 1개.</translation>
    </message>
    <message>
        <source>1 event so far</source>
        <translation>지금까지 이벤트 1개</translation>
    </message>
    <message>
        <source>{done} / {total} operations</source>
        <translation>연산 {done}/{total}</translation>
    </message>
    <message>
        <source>{done} / {total} nodes</source>
        <translation>노드 {done}/{total}</translation>
    </message>
    <message>
        <source>{done} / {total} parameters</source>
        <translation>매개변수 {done}/{total}</translation>
    </message>
    <message>
        <source>not called: gradients accumulate</source>
        <translation>부르지 않음: 변화도가 누적됨</translation>
    </message>
    <message>
        <source>{count} grads already None</source>
        <translation>grad {count}개가 이미 None</translation>
    </message>
    <message>
        <source>{count} grads already clear</source>
        <translation>grad {count}개가 이미 비어 있음</translation>
    </message>
    <message>
        <source>{count} grads → None</source>
        <translation>grad {count}개 → None</translation>
    </message>
    <message>
        <source>{count} grads → 0</source>
        <translation>grad {count}개 → 0</translation>
    </message>
    <message>
        <source>{none} grads → None, {zero} → 0</source>
        <translation>grad {none}개 → None, {zero}개 → 0</translation>
    </message>
    <message>
        <source>There is no loss: backward starts from a gradient of the output.</source>
        <translation>손실이 없습니다. backward는 출력의 변화도에서 시작합니다.</translation>
    </message>
    <message>
        <source>Click the number: where does it come from?</source>
        <translation>수를 클릭하면 어디서 왔는지 보여 줍니다.</translation>
    </message>
    <message>
        <source>Backward starts from what {op} made: {value}</source>
        <translation>backward는 {op}의 결과에서 시작합니다: {value}</translation>
    </message>
    <message>
        <source>It is the loss of this micro-batch alone.</source>
        <translation>이 마이크로배치만의 손실입니다.</translation>
    </message>
    <message>
        <source>It is the loss of this micro-batch alone, divided: before it was {before}.</source>
        <translation>이 마이크로배치만의 손실을 나눈 값입니다. 나누기 전에는 {before}이었습니다.</translation>
    </message>
    <message>
        <source>{count} events in {time}.</source>
        <translation>{time} 동안 이벤트 {count}개.</translation>
    </message>
    <message>
        <source>Click to see the state at its end.</source>
        <translation>클릭하면 이 단계가 끝났을 때를 봅니다.</translation>
    </message>
    <message>
        <source>This phase runs next.</source>
        <translation>다음에 실행될 단계입니다.</translation>
    </message>
</context>
<context>
    <name>PhaseRunsRow</name>
    <message>
        <source>Phases of the iteration</source>
        <translation>반복의 단계</translation>
    </message>
    <message>
        <source>… {count} more</source>
        <translation>… {count}개 더</translation>
    </message>
    <message>
        <source>{count} micro-batches have no room here; click to see the first</source>
        <translation>마이크로배치 {count}개는 자리가 없습니다. 클릭하면 첫 번째를 봅니다</translation>
    </message>
    <message>
        <source>{count} calls of the closure have no room here; click to see the first</source>
        <translation>closure 호출 {count}개는 여기에 자리가 없습니다. 클릭하면 첫 번째를 봅니다</translation>
    </message>
    <message>
        <source>{count} passes have no room here; click to see the first</source>
        <translation>통과 {count}개는 여기에 자리가 없습니다. 클릭하면 첫 번째를 봅니다</translation>
    </message>
    <message>
        <source>{count} micro-batches are to come</source>
        <translation>마이크로배치 {count}개가 아직 남아 있습니다</translation>
    </message>
    <message>
        <source>{count} passes are to come</source>
        <translation>통과 {count}번이 아직 남아 있습니다</translation>
    </message>
</context>
<context>
    <name>PictureButton</name>
    <message>
        <source>Save picture…</source>
        <translation>그림 저장…</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>그림 저장</translation>
    </message>
    <message>
        <source>Save this panel as PNG, SVG or PDF ({0})</source>
        <translation>이 패널을 PNG, SVG, PDF로 저장합니다 ({0})</translation>
    </message>
</context>
<context>
    <name>PictureDialog</name>
    <message>
        <source>Save picture</source>
        <translation>그림 저장</translation>
    </message>
    <message>
        <source>What is in the picture</source>
        <translation>그림에 담을 것</translation>
    </message>
    <message>
        <source>Colours of the picture</source>
        <translation>그림의 색</translation>
    </message>
    <message>
        <source>As in the window</source>
        <translation>창과 같이</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>너비</translation>
    </message>
    <message>
        <source>&amp;Picture</source>
        <translation>그림(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Width</source>
        <translation>너비(&amp;W)</translation>
    </message>
    <message>
        <source>&amp;Colours</source>
        <translation>색(&amp;C)</translation>
    </message>
    <message>
        <source>{0} × {1} pixels</source>
        <translation>{0} × {1} 픽셀</translation>
    </message>
</context>
<context>
    <name>PicturesController</name>
    <message>
        <source>The picture of {0} is copied.</source>
        <translation>{0}의 그림을 복사했습니다.</translation>
    </message>
    <message>
        <source>The whole window</source>
        <translation>창 전체</translation>
    </message>
    <message>
        <source>{0} has an unknown format: choose .png, .svg or .pdf.</source>
        <translation>{0}의 형식을 알 수 없습니다. .png, .svg, .pdf 중에서 고르세요.</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>{0}(으)로 저장했습니다.</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>그림 저장</translation>
    </message>
    <message>
        <source>PNG picture (*.png)</source>
        <translation>PNG 그림 (*.png)</translation>
    </message>
    <message>
        <source>SVG drawing, text stays text (*.svg)</source>
        <translation>SVG 도면, 글자는 글자로 (*.svg)</translation>
    </message>
    <message>
        <source>PDF page, text stays text (*.pdf)</source>
        <translation>PDF 쪽, 글자는 글자로 (*.pdf)</translation>
    </message>
    <message>
        <source>the window</source>
        <translation>창</translation>
    </message>
</context>
<context>
    <name>ProbabilityBars</name>
    <message>
        <source>softmax makes these probabilities, which sum to 1, of the network&apos;s outputs for the drawing, with the weights as they are. Make the drawing the batch (Ctrl+U) to follow an output back to its pixels; Ctrl+I shows which pixels matter.</source>
        <translation>softmax가 그림에 대한 신경망의 출력으로 지금의 가중치에서 이 확률들을 만들며, 그 합은 1입니다. 그림을 배치로 만들면(Ctrl+U) 출력을 픽셀까지 따라갈 수 있고, Ctrl+I는 어떤 픽셀이 중요한지 보여 줍니다.</translation>
    </message>
    <message>
        <source>x: the network&apos;s outputs</source>
        <translation>x: 신경망의 출력</translation>
    </message>
    <message>
        <source>of the drawing</source>
        <translation>그림</translation>
    </message>
    <message>
        <source>Probabilities of the classes: none yet</source>
        <translation>클래스별 확률: 아직 없음</translation>
    </message>
    <message>
        <source>Predicted: {name}, with probability {probability}</source>
        <translation>예측: {name}, 확률 {probability}</translation>
    </message>
    <message>
        <source>What the net predicts for the drawing. Draw something to see it.</source>
        <translation>그림에 대한 신경망의 예측입니다. 무언가를 그리면 보입니다.</translation>
    </message>
</context>
<context>
    <name>ProgramView</name>
    <message>
        <source>Program</source>
        <translation>프로그램</translation>
    </message>
    <message>
        <source>Copy as script</source>
        <translation>스크립트로 복사</translation>
    </message>
    <message>
        <source>Copy the program as a script</source>
        <translation>프로그램을 스크립트로 복사</translation>
    </message>
    <message>
        <source>Copy the run so far as a script that needs torch alone and gives these losses</source>
        <translation>지금까지의 실행을 복사합니다. torch만으로 실행되고 같은 손실을 내는 스크립트입니다</translation>
    </message>
    <message>
        <source>lesson</source>
        <translation>수업</translation>
    </message>
    <message>
        <source>What this page of the lesson runs</source>
        <translation>수업의 이 쪽이 실행하는 것</translation>
    </message>
    <message>
        <source>one iteration of your model</source>
        <translation>모델의 반복 한 번</translation>
    </message>
    <message>
        <source>your model, on one batch again and again</source>
        <translation>한 배치로 되풀이해 학습하는 여러분의 모델</translation>
    </message>
    <message>
        <source>typed at Python&apos;s prompt</source>
        <translation>Python 프롬프트에 입력됨</translation>
    </message>
    <message>
        <source>your script, unchanged</source>
        <translation>고치지 않은 여러분의 스크립트</translation>
    </message>
    <message>
        <source>There is no source to show: Python keeps none of what is typed at its prompt. Put the code into a file or a notebook to see its lines here.</source>
        <translation>보여 줄 소스가 없습니다. Python은 프롬프트에 입력한 코드를 남기지 않습니다. 여기에서 줄을 보려면 코드를 파일이나 노트북에 두세요.</translation>
    </message>
    <message>
        <source>script</source>
        <translation>스크립트</translation>
    </message>
    <message>
        <source>The script&apos;s source</source>
        <translation>스크립트의 소스</translation>
    </message>
    <message>
        <source>edit</source>
        <translation>편집</translation>
    </message>
    <message>
        <source>Edit the file, and run it again</source>
        <translation>파일을 편집하고 다시 실행합니다</translation>
    </message>
    <message>
        <source>loop</source>
        <translation>루프</translation>
    </message>
    <message>
        <source>The training loop and the forward</source>
        <translation>학습 루프와 forward</translation>
    </message>
    <message>
        <source>a cell of your notebook</source>
        <translation>노트북의 셀</translation>
    </message>
    <message>
        <source>called by {0}</source>
        <translation>{0}에서 호출됨</translation>
    </message>
    <message>
        <source>class</source>
        <translation>클래스</translation>
    </message>
    <message>
        <source>The network&apos;s class, and print(net)</source>
        <translation>신경망의 클래스와 print(net)</translation>
    </message>
    <message>
        <source>parameters</source>
        <translation>매개변수</translation>
    </message>
    <message>
        <source>Every parameter in a table</source>
        <translation>모든 매개변수를 표로</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>복사함</translation>
    </message>
</context>
<context>
    <name>ProgressStrip</name>
    <message>
        <source>Progress</source>
        <translation>진행</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Stop this; the run is not affected</source>
        <translation>멈춥니다. 실행에는 영향이 없습니다</translation>
    </message>
</context>
<context>
    <name>QueryBar</name>
    <message>
        <source>any</source>
        <translation>모두</translation>
    </message>
    <message>
        <source>Set</source>
        <translation>세트</translation>
    </message>
    <message>
        <source>The training set, or the validation set, which is not trained on</source>
        <translation>학습 세트, 또는 학습하지 않는 검증 세트</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>레이블</translation>
    </message>
    <message>
        <source>Only samples with this label</source>
        <translation>이 레이블의 샘플만</translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation>예측</translation>
    </message>
    <message>
        <source>Only samples that the network predicts as this class</source>
        <translation>신경망이 이 클래스로 예측한 샘플만</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>결과</translation>
    </message>
    <message>
        <source>Only samples classified correctly, or only those misclassified</source>
        <translation>맞게 분류한 샘플만, 또는 틀린 것만</translation>
    </message>
    <message>
        <source>correct ✓</source>
        <translation>맞음 ✓</translation>
    </message>
    <message>
        <source>incorrect ✗</source>
        <translation>틀림 ✗</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>순서</translation>
    </message>
    <message>
        <source>In dataset order, or by the loss of each sample</source>
        <translation>데이터셋의 순서, 또는 샘플별 손실의 순서</translation>
    </message>
    <message>
        <source>dataset order</source>
        <translation>데이터셋 순서</translation>
    </message>
    <message>
        <source>highest loss first</source>
        <translation>손실이 큰 것부터</translation>
    </message>
    <message>
        <source>lowest loss first</source>
        <translation>손실이 작은 것부터</translation>
    </message>
</context>
<context>
    <name>RacePlot</name>
    <message>
        <source>iteration</source>
        <translation>반복</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Losses of the race</source>
        <translation>경주의 손실</translation>
    </message>
    <message>
        <source>The loss of each lane, the mean of up to 10 iterations; a band is from the lowest seed to the highest. Left and Right read an iteration.</source>
        <translation>레인마다의 손실로, 최대 10회 반복의 평균입니다. 띠는 가장 낮은 시드부터 가장 높은 시드까지입니다. 왼쪽과 오른쪽 화살표로 반복을 읽습니다.</translation>
    </message>
    <message>
        <source>iteration {0:,}</source>
        <translation>반복 {0:,}</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}: {1}</translation>
    </message>
    <message>
        <source>{0}: {1} ({2}…{3})</source>
        <translation>{0}: {1} ({2}…{3})</translation>
    </message>
</context>
<context>
    <name>RaceView</name>
    <message>
        <source>Race</source>
        <translation>경주</translation>
    </message>
    <message>
        <source>Add lane…</source>
        <translation>레인 추가…</translation>
    </message>
    <message>
        <source>Choose an optimizer, its rate and its seeds (Ins)</source>
        <translation>옵티마이저와 학습률, 시드를 고릅니다 (Ins)</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>제거</translation>
    </message>
    <message>
        <source>Remove the chosen lane (Del)</source>
        <translation>고른 레인을 제거합니다 (Del)</translation>
    </message>
    <message>
        <source>Iterations</source>
        <translation>반복 수</translation>
    </message>
    <message>
        <source>How many iterations each run takes</source>
        <translation>각 주자가 실행할 반복 수</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>Logarithmic losses</source>
        <translation>로그 눈금 손실</translation>
    </message>
    <message>
        <source>A logarithmic axis for the losses (L)</source>
        <translation>손실 축을 로그 눈금으로 (L)</translation>
    </message>
    <message>
        <source>Progress of the race</source>
        <translation>경주 진행률</translation>
    </message>
    <message>
        <source>Lanes and results</source>
        <translation>레인과 결과</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>프리셋</translation>
    </message>
    <message>
        <source>Lanes made from the settings of the run</source>
        <translation>지금 학습의 설정으로 만든 레인</translation>
    </message>
    <message>
        <source>&amp;Optimizers of the tutorial</source>
        <translation>튜토리얼의 옵티마이저(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Learning rates 0.001 … 1</source>
        <translation>학습률 0.001 … 1(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Seeds 0–4</source>
        <translation>시드 0–4(&amp;S)</translation>
    </message>
    <message>
        <source>Lane</source>
        <translation>레인</translation>
    </message>
    <message>
        <source>Optimizer, learning rate and options: double click to change it (F2)</source>
        <translation>옵티마이저, 학습률, 옵션: 두 번 눌러 바꿉니다 (F2)</translation>
    </message>
    <message>
        <source>Seeds</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Each seed is a run of its own</source>
        <translation>시드마다 따로 학습합니다</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>The mean training loss of the last 10 iterations</source>
        <translation>마지막 10회 반복의 평균 학습 손실</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>정확도</translation>
    </message>
    <message>
        <source>On the validation set, after the last iteration</source>
        <translation>마지막 반복 뒤 검증 세트에서</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>시간</translation>
    </message>
    <message>
        <source>The time of the iterations themselves, without loading data</source>
        <translation>데이터를 읽는 시간을 뺀, 주자의 반복만의 시간</translation>
    </message>
    <message>
        <source>Diverged at</source>
        <translation>발산한 반복</translation>
    </message>
    <message>
        <source>The iteration whose loss was not finite; the run stops there</source>
        <translation>손실이 유한하지 않게 된 반복입니다. 주자는 거기에서 멈춥니다</translation>
    </message>
    <message>
        <source>Press Start: every lane trains the same net on the same data.</source>
        <translation>시작을 누르세요. 모든 레인이 같은 신경망을 같은 데이터로 학습합니다.</translation>
    </message>
    <message>
        <source>The same net and data under several settings: choose a preset.</source>
        <translation>같은 신경망과 데이터를 여러 설정으로 학습합니다. 프리셋을 고르세요.</translation>
    </message>
    <message>
        <source>A process of its own runs the race; the run of the window goes on.</source>
        <translation>경주는 별도 프로세스에서 실행되며, 창의 학습은 계속됩니다.</translation>
    </message>
    <message>
        <source>{0:,} iterations each · a band is from the lowest seed to the highest</source>
        <translation>각각 {0:,}번 반복 · 띠는 가장 낮은 시드부터 가장 높은 시드까지</translation>
    </message>
    <message>
        <source>{0:,} iterations each</source>
        <translation>각 {0:,}회 반복</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>Stop the race; the curves so far stay</source>
        <translation>경주를 그만둡니다. 여기까지의 결과는 남습니다</translation>
    </message>
    <message>
        <source>Run every lane, side by side (Enter)</source>
        <translation>모든 레인을 나란히 실행합니다 (Enter)</translation>
    </message>
</context>
<context>
    <name>RangeStrip</name>
    <message>
        <source>Click to see the pixel with the largest gradient</source>
        <translation>누르면 변화도가 가장 큰 픽셀을 보입니다</translation>
    </message>
</context>
<context>
    <name>RankPictures</name>
    <message>
        <source>rank {0} shard</source>
        <translation>랭크 {0} 조각</translation>
    </message>
    <message>
        <source>rank {0} before</source>
        <translation>랭크 {0} 전</translation>
    </message>
    <message>
        <source>+ {0} more</source>
        <translation>외 {0}개</translation>
    </message>
    <message>
        <source>all ranks after</source>
        <translation>모든 랭크, 뒤</translation>
    </message>
</context>
<context>
    <name>RankTable</name>
    <message>
        <source>The ranks of this run</source>
        <translation>이 실행의 랭크들</translation>
    </message>
    <message>
        <source>Choose a row to show that rank in every panel</source>
        <translation>행을 고르면 모든 패널에 그 랭크를 보여 줍니다</translation>
    </message>
    <message>
        <source>rank · host</source>
        <translation>랭크 · 호스트</translation>
    </message>
    <message>
        <source>batch</source>
        <translation>배치</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>‖g‖ before</source>
        <translation>‖g‖ 전</translation>
    </message>
    <message>
        <source>‖g‖ mean</source>
        <translation>‖g‖ 평균</translation>
    </message>
    <message>
        <source>waited</source>
        <translation>기다림</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>state</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>differ</source>
        <translation>다름</translation>
    </message>
    <message>
        <source>equal</source>
        <translation>같음</translation>
    </message>
</context>
<context>
    <name>RanksView</name>
    <message>
        <source>Ranks</source>
        <translation>랭크</translation>
    </message>
    <message>
        <source>The rank that every panel shows</source>
        <translation>모든 패널이 보여 주는 랭크</translation>
    </message>
    <message>
        <source>{0} (Ctrl+Shift+PgUp, Ctrl+Shift+PgDown)</source>
        <translation>{0} (Ctrl+Shift+PgUp, Ctrl+Shift+PgDown)</translation>
    </message>
    <message>
        <source>Where does it come from?</source>
        <translation>이 수는 어디에서 왔나요?</translation>
    </message>
    <message>
        <source>Where does the mean come from?</source>
        <translation>평균은 어디에서 왔나요?</translation>
    </message>
    <message>
        <source>Show the mean as the sum of each rank&apos;s gradient; every number can be clicked</source>
        <translation>평균을 각 랭크의 변화도의 합으로 보여 줍니다. 모든 수를 누를 수 있습니다</translation>
    </message>
    <message>
        <source>Open the other ranks’ files…</source>
        <translation>다른 랭크의 파일 열기…</translation>
    </message>
    <message>
        <source>Open the other ranks’ files</source>
        <translation>다른 랭크의 파일 열기</translation>
    </message>
    <message>
        <source>Choose the files of the other ranks, and look at all in another window</source>
        <translation>다른 랭크의 파일을 골라 다른 창에서 모두 봅니다</translation>
    </message>
    <message>
        <source>Messages about the ranks</source>
        <translation>랭크에 대해 할 말</translation>
    </message>
    <message>
        <source>rank {0}</source>
        <translation>랭크 {0}</translation>
    </message>
    <message>
        <source>rank {0} has not recorded this iteration</source>
        <translation>랭크 {0}은(는) 이 반복을 기록하지 않았습니다</translation>
    </message>
    <message>
        <source>not every rank has this iteration</source>
        <translation>이 반복이 없는 랭크가 있습니다</translation>
    </message>
    <message>
        <source>{name} · bucket {bucket} of {buckets} · {backend}</source>
        <translation>{name} · 버킷 {bucket}/{buckets} · {backend}</translation>
    </message>
</context>
<context>
    <name>ReadingController</name>
    <message>
        <source>Stop reading, and close this window</source>
        <translation>읽기를 멈추고 이 창을 닫습니다</translation>
    </message>
    <message>
        <source>Reading {0}: {1} of {2} MB</source>
        <translation>{0} 읽는 중: {1} / {2} MB</translation>
    </message>
    <message>
        <source>Reading {0} files: {1} of {2} MB</source>
        <translation>파일 {0}개 읽는 중: {1} / {2} MB</translation>
    </message>
</context>
<context>
    <name>RecordingsController</name>
    <message>
        <source>Another recording is still being written.</source>
        <translation>다른 기록을 아직 쓰고 있습니다.</translation>
    </message>
    <message>
        <source>Saved as {0}; File &gt; Open recording shows it.</source>
        <translation>{0}(으)로 저장했습니다. 파일 &gt; 기록 열기로 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Nothing is recorded yet: run an iteration (F11), then save it.</source>
        <translation>아직 기록된 것이 없습니다. 반복을 실행한 뒤(F11) 저장하세요.</translation>
    </message>
    <message numerus="yes">
        <source>Save the %n iterations that are kept</source>
        <translation>
            <numerusform>남아 있는 반복 %n개 저장</numerusform>
        </translation>
    </message>
    <message>
        <source>Recordings (*.bprec)</source>
        <translation>기록 (*.bprec)</translation>
    </message>
</context>
<context>
    <name>RestoreOffer</name>
    <message>
        <source>Restore the unsaved run?</source>
        <translation>저장하지 않은 실행을 복원할까요?</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>복원</translation>
    </message>
    <message>
        <source>Continue that run in this window</source>
        <translation>그 실행을 이 창에서 계속합니다</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>버리기</translation>
    </message>
    <message>
        <source>Delete that run</source>
        <translation>그 실행을 지웁니다</translation>
    </message>
    <message>
        <source>Ask again later</source>
        <translation>나중에 다시 묻기</translation>
    </message>
    <message>
        <source>Keep that run for the next launch (Esc)</source>
        <translation>다음에 켤 때를 위해 그 실행을 남겨 둡니다 (Esc)</translation>
    </message>
    <message>
        <source>File: {0}</source>
        <translation>파일: {0}</translation>
    </message>
    <message>
        <source>Iterations done: {0:,}</source>
        <translation>끝난 반복: {0:,}</translation>
    </message>
    <message>
        <source>Autosaved: {0}</source>
        <translation>자동 저장: {0}</translation>
    </message>
</context>
<context>
    <name>RunAgainController</name>
    <message>
        <source>Run again from {0}</source>
        <translation>{0}부터 다시 실행</translation>
    </message>
    <message>
        <source>Run the script again, recorded from iteration {0} on</source>
        <translation>스크립트를 다시 실행하고 반복 {0}부터 기록합니다</translation>
    </message>
    <message>
        <source>Run {0} again?</source>
        <translation>{0}을(를) 다시 실행할까요?</translation>
    </message>
    <message>
        <source>It starts from its beginning and writes again what it writes. It runs freely up to iteration {0}, and is held there in a window of its own.</source>
        <translation>처음부터 시작하며, 쓰는 것도 다시 씁니다. 반복 {0}까지 자유롭게 실행되고, 거기서 새 창에 멈춥니다.</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>{0} could not be started.</source>
        <translation>{0}을(를) 시작할 수 없었습니다.</translation>
    </message>
</context>
<context>
    <name>SaliencyDialog</name>
    <message>
        <source>Saliency</source>
        <translation>중요도 (saliency)</translation>
    </message>
    <message>
        <source>Draw something to see which of its pixels matter.</source>
        <translation>무언가를 그리면 어느 픽셀이 중요한지 보입니다.</translation>
    </message>
    <message>
        <source>Saliency for {0} (label)</source>
        <translation>{0}의 중요도 (레이블)</translation>
    </message>
    <message>
        <source>Saliency for {0} (predicted)</source>
        <translation>{0}의 중요도 (예측)</translation>
    </message>
    <message>
        <source>∂ out[{0}] / ∂x of 1×32×32, from −{1} to +{1}</source>
        <translation>1×32×32의 ∂ out[{0}] / ∂x, −{1}에서 +{1}까지</translation>
    </message>
    <message>
        <source>More ink on a pixel raises the logit of {0} where it is positive, and lowers it where it is negative. The line is the edge of your ink.</source>
        <translation>값이 양수인 픽셀에 잉크를 더하면 {0}의 로짓이 커지고, 음수이면 작아집니다. 선은 잉크의 가장자리입니다.</translation>
    </message>
</context>
<context>
    <name>SaliencyPicture</name>
    <message>
        <source>Saliency of the drawing</source>
        <translation>그림의 중요도(saliency)</translation>
    </message>
    <message>
        <source>Click a pixel to see where its gradient comes from (Enter)</source>
        <translation>픽셀을 클릭하면 그 변화도가 어디에서 왔는지 봅니다 (Enter)</translation>
    </message>
</context>
<context>
    <name>SampleChooser</name>
    <message>
        <source>sample</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>Sample of the batch</source>
        <translation>배치의 샘플</translation>
    </message>
    <message>
        <source>Previous sample (Ctrl+PgUp)</source>
        <translation>이전 샘플 (Ctrl+PgUp)</translation>
    </message>
    <message>
        <source>Next sample (Ctrl+PgDown)</source>
        <translation>다음 샘플 (Ctrl+PgDown)</translation>
    </message>
    <message>
        <source>of {recorded} recorded</source>
        <translation>/ 기록된 {recorded}개</translation>
    </message>
    <message>
        <source>Of this iteration {recorded} of {size} samples were recorded: while training runs, only the first is.</source>
        <translation>이 반복에서는 샘플 {size}개 중 {recorded}개만 기록되었습니다. 학습하는 동안에는 첫 번째만 기록합니다.</translation>
    </message>
    <message>
        <source>of {size}</source>
        <translation>/ {size}</translation>
    </message>
    <message>
        <source>Every panel shows this sample of the batch; the first one is 0 (Ctrl+J)</source>
        <translation>모든 패널이 배치의 이 샘플을 보여 줍니다. 첫 번째가 0입니다 (Ctrl+J)</translation>
    </message>
</context>
<context>
    <name>SampleFacts</name>
    <message>
        <source>Sample</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>Step through this sample</source>
        <translation>이 샘플로 단계별 실행</translation>
    </message>
    <message>
        <source>Make this sample the batch of the next iteration (Enter)</source>
        <translation>이 샘플을 다음 반복의 배치로 씁니다 (Enter)</translation>
    </message>
    <message>
        <source>Select a sample</source>
        <translation>샘플을 선택하세요</translation>
    </message>
</context>
<context>
    <name>SampleGrid</name>
    <message>
        <source>Samples</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>Arrow keys select a sample, Enter steps through it</source>
        <translation>화살표 키로 샘플을 고르고 Enter로 단계별 실행합니다</translation>
    </message>
</context>
<context>
    <name>SamplesWindow</name>
    <message>
        <source>Samples</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>Confusion matrix</source>
        <translation>혼동 행렬</translation>
    </message>
    <message>
        <source>as of iteration {0:,} · colour: share of the row</source>
        <translation>반복 {0:,} 기준 · 색: 행에서 차지하는 비율</translation>
    </message>
    <message>
        <source>Not evaluated yet: press Evaluate.</source>
        <translation>아직 평가하지 않았습니다. 평가를 누르세요.</translation>
    </message>
    <message>
        <source>Not evaluated yet: press Evaluate, or train.</source>
        <translation>아직 평가하지 않았습니다. 평가를 누르거나 학습하세요.</translation>
    </message>
    <message>
        <source>{correct:,} of {evaluated:,} correct: accuracy {share:.2f} %</source>
        <translation>{evaluated:,}개 중 {correct:,}개 맞음: 정확도 {share:.2f} %</translation>
    </message>
    <message>
        <source>{correct:,} of the first {evaluated:,} correct: accuracy {share:.2f} %</source>
        <translation>처음 {evaluated:,}개 중 {correct:,}개 맞음: 정확도 {share:.2f} %</translation>
    </message>
    <message>
        <source>{0:,} of {1:,} samples</source>
        <translation>샘플 {1:,}개 중 {0:,}개</translation>
    </message>
    <message>
        <source>Loading the samples…</source>
        <translation>샘플을 불러오는 중…</translation>
    </message>
    <message>
        <source>No sample matches.</source>
        <translation>맞는 샘플이 없습니다.</translation>
    </message>
</context>
<context>
    <name>ScriptsController</name>
    <message>
        <source>Save as script</source>
        <translation>스크립트로 저장</translation>
    </message>
    <message>
        <source>Python scripts (*.py)</source>
        <translation>Python 스크립트 (*.py)</translation>
    </message>
    <message>
        <source>Jupyter notebooks (*.ipynb)</source>
        <translation>Jupyter 노트북 (*.ipynb)</translation>
    </message>
    <message>
        <source>Save as notebook</source>
        <translation>노트북으로 저장</translation>
    </message>
    <message>
        <source>The samples of {0:,} iterations are too many for the clipboard: choose File &gt; Export &gt; Script.</source>
        <translation>반복 {0:,}회의 샘플은 클립보드에 담기에 너무 많습니다. 파일 &gt; 내보내기 &gt; 스크립트를 고르세요.</translation>
    </message>
    <message>
        <source>Nothing has run yet: the script runs {0:,} iterations.</source>
        <translation>아직 실행한 것이 없습니다. 스크립트는 반복 {0:,}회를 실행합니다.</translation>
    </message>
    <message>
        <source>Saved as {0}; it reads its samples from {1}: keep the two together.</source>
        <translation>{0}(으)로 저장했습니다. 샘플은 {1}에서 읽으니 둘을 함께 두세요.</translation>
    </message>
    <message>
        <source>Saved as {0}.</source>
        <translation>{0}(으)로 저장했습니다.</translation>
    </message>
    <message>
        <source>The script does not repeat the gradient altered in iteration {0:,}: its losses differ after that.</source>
        <translation>스크립트는 반복 {0:,}에서 바꾼 변화도를 되풀이하지 않으므로 그 뒤의 손실이 다릅니다.</translation>
    </message>
    <message>
        <source>The script does not load the weights that the run took from a file before iteration {0:,}: its losses differ from there on.</source>
        <translation>스크립트는 반복 {0:,} 전에 파일에서 불러온 가중치를 불러오지 않으므로 그때부터 손실이 다릅니다.</translation>
    </message>
    <message>
        <source>The session file does not record everything done in iteration {0:,}: the script&apos;s losses may differ from there on.</source>
        <translation>세션 파일에는 반복 {0:,}에서 한 일이 모두 적혀 있지 않으므로 스크립트의 손실이 그때부터 다를 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>SearchField</name>
    <message>
        <source>Find…</source>
        <translation>찾기…</translation>
    </message>
    <message>
        <source>Find a parameter, a layer or a node</source>
        <translation>매개변수, 층, 노드 찾기</translation>
    </message>
    <message>
        <source>Find a parameter, a layer, a node or a command by name (Ctrl+F)</source>
        <translation>매개변수, 층, 노드, 명령을 이름으로 찾기 (Ctrl+F)</translation>
    </message>
    <message>
        <source>Nothing has “{0}” in its name.</source>
        <translation>이름에 “{0}”이(가) 들어 있는 것이 없습니다.</translation>
    </message>
</context>
<context>
    <name>SeenByTheNet</name>
    <message>
        <source>What the net sees</source>
        <translation>신경망이 보는 것</translation>
    </message>
    <message>
        <source>The drawing as it enters the net: cropped, centred, 32 by 32 pixels.</source>
        <translation>신경망에 들어가는 그림: 잘라 내고 가운데로 옮긴 32×32 픽셀.</translation>
    </message>
    <message>
        <source>What the net sees · ±{limit}</source>
        <translation>신경망이 보는 것 · ±{limit}</translation>
    </message>
</context>
<context>
    <name>SettingsBar</name>
    <message>
        <source>{0}…</source>
        <translation>{0}…</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>배치</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>Changing it starts again with a new network.</source>
        <translation>바꾸면 새 신경망으로 다시 시작합니다.</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Optimizer</source>
        <translation>옵티마이저</translation>
    </message>
    <message>
        <source>Takes effect at once.</source>
        <translation>곧바로 적용됩니다.</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>스케줄</translation>
    </message>
    <message>
        <source>The run keeps {0}.</source>
        <translation>이 실행은 {0}을(를) 유지합니다.</translation>
    </message>
    <message>
        <source>lr now {0:.3g}</source>
        <translation>지금 lr {0:.3g}</translation>
    </message>
    <message>
        <source>The schedule starts from it; in the iteration shown it is {0:.9g}.</source>
        <translation>스케줄은 여기서 시작합니다. 지금 보는 반복에서는 {0:.9g}입니다.</translation>
    </message>
    <message>
        <source>How the learning rate falls. Cosine: to 0, and it stays there. Step: by a factor at regular intervals. Its options are in the Training options, Ctrl+,. Takes effect at once.</source>
        <translation>학습률이 줄어드는 방식. 코사인: 0까지 줄고 그대로 머무릅니다. 계단: 일정한 간격으로 배수만큼 줄어듭니다. 옵션은 학습 옵션(Ctrl+,)에 있습니다. 곧바로 적용됩니다.</translation>
    </message>
    <message>
        <source>Samples in a batch. With random input, that many inputs and targets are drawn, so a change starts again with a new network.</source>
        <translation>배치의 샘플 수. 무작위 입력에서는 그만큼의 입력과 목표를 뽑으므로, 바꾸면 새 신경망으로 다시 시작합니다.</translation>
    </message>
    <message>
        <source>{0}, momentum {1:g}</source>
        <translation>{0}, 모멘텀 {1:g}</translation>
    </message>
</context>
<context>
    <name>ShownNumber</name>
    <message>
        <source>&amp;Copy number</source>
        <translation>수 복사(&amp;C)</translation>
    </message>
    <message>
        <source>Copy as &amp;NumPy</source>
        <translation>NumPy로 복사(&amp;N)</translation>
    </message>
    <message>
        <source>Copy &amp;row</source>
        <translation>행 복사(&amp;R)</translation>
    </message>
    <message>
        <source>Copy as &amp;hexadecimal</source>
        <translation>16진수로 복사(&amp;H)</translation>
    </message>
    <message>
        <source>Tab-separated, for a spreadsheet</source>
        <translation>스프레드시트용, 탭으로 구분</translation>
    </message>
</context>
<context>
    <name>SliceSection</name>
    <message>
        <source>rows</source>
        <translation>행</translation>
    </message>
    <message>
        <source>Axis that runs down</source>
        <translation>아래로 가는 축</translation>
    </message>
    <message>
        <source>columns</source>
        <translation>열</translation>
    </message>
    <message>
        <source>Axis that runs across</source>
        <translation>가로로 가는 축</translation>
    </message>
    <message>
        <source>table</source>
        <translation>표</translation>
    </message>
    <message>
        <source>Numbers as a table</source>
        <translation>수를 표로</translation>
    </message>
    <message>
        <source>Write the numbers instead of painting them</source>
        <translation>그리는 대신 수를 씁니다</translation>
    </message>
    <message>
        <source>The slice as a picture</source>
        <translation>단면을 그림으로</translation>
    </message>
    <message>
        <source>None at the cursor</source>
        <translation>커서 위치에서 None</translation>
    </message>
    <message>
        <source>It has no elements.</source>
        <translation>원소가 없습니다.</translation>
    </message>
    <message>
        <source>{shape} · {dtype} · ±{limit} · norm {norm}</source>
        <translation>{shape} · {dtype} · ±{limit} · 노름 {norm}</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>수 하나</translation>
    </message>
    <message>
        <source> of {count}</source>
        <translation> / {count}</translation>
    </message>
    <message>
        <source>Place on axis {axis}</source>
        <translation>축 {axis}의 자리</translation>
    </message>
    <message>
        <source>{axis}: </source>
        <translation>{axis}: </translation>
    </message>
    <message>
        <source>value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>gradient</source>
        <translation>변화도</translation>
    </message>
    <message>
        <source>in {number}</source>
        <translation>입력 {number}</translation>
    </message>
    <message>
        <source>out {number}</source>
        <translation>출력 {number}</translation>
    </message>
    <message>
        <source>now</source>
        <translation>지금</translation>
    </message>
    <message>
        <source>before</source>
        <translation>이전</translation>
    </message>
</context>
<context>
    <name>SliceTable</name>
    <message>
        <source>The numbers of the slice</source>
        <translation>단면의 수</translation>
    </message>
</context>
<context>
    <name>StateSection</name>
    <message>
        <source>Optimizer state</source>
        <translation>옵티마이저 상태</translation>
    </message>
    <message>
        <source>The update of one weight, term by term</source>
        <translation>가중치 하나의 갱신, 항별로</translation>
    </message>
    <message>
        <source>Where does this weight come from?</source>
        <translation>이 가중치는 어디에서 왔나요?</translation>
    </message>
    <message>
        <source>This parameter has no elements.</source>
        <translation>이 매개변수에는 원소가 없습니다.</translation>
    </message>
    <message>
        <source>Its .grad is None: the optimizer skipped it.</source>
        <translation>.grad가 None이라 옵티마이저가 건너뛰었습니다.</translation>
    </message>
    <message>
        <source>Step to the update to see its terms.</source>
        <translation>항을 보려면 갱신 단계까지 가세요.</translation>
    </message>
    <message>
        <source>With these options the optimizer keeps no state.</source>
        <translation>이 옵션으로는 옵티마이저가 상태를 갖지 않습니다.</translation>
    </message>
    <message>
        <source>≈ is torch&apos;s own number; the formula gives another last digit.</source>
        <translation>≈는 torch 자신의 수이며, 수식은 마지막 자리가 다릅니다.</translation>
    </message>
    <message>
        <source>≈ The math library&apos;s square root is off by one in its last digit.</source>
        <translation>≈ 수학 라이브러리의 제곱근은 마지막 자리가 하나 다릅니다.</translation>
    </message>
    <message>
        <source>line {n}</source>
        <translation>{n}번째 줄</translation>
    </message>
    <message>
        <source>The manual rule keeps no state.</source>
        <translation>직접 하는 갱신은 상태를 갖지 않습니다.</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>아직 없음</translation>
    </message>
    <message>
        <source>{symbol} = {value}</source>
        <translation>{symbol} = {value}</translation>
    </message>
    <message>
        <source>The formula, rounded exactly, gives another last digit.</source>
        <translation>수식을 정확히 반올림하면 마지막 자리가 다릅니다.</translation>
    </message>
    <message>
        <source>It was changed by no optimizer&apos;s rule that is known; it is {value}.</source>
        <translation>알려진 optimizer 규칙으로 바뀐 것이 아닙니다. 현재 값은 {value}입니다.</translation>
    </message>
    <message>
        <source>There is no rule for {rule} here; its result is {value}.</source>
        <translation>{rule}의 규칙은 여기에 없습니다. 그 결과는 {value}입니다.</translation>
    </message>
</context>
<context>
    <name>SumLines</name>
    <message>
        <source>{0} more</source>
        <translation>{0}개 더</translation>
    </message>
    <message>
        <source>1 is 0</source>
        <translation>1개가 0</translation>
    </message>
    <message>
        <source>{0} are 0</source>
        <translation>{0}개가 0</translation>
    </message>
    <message>
        <source>Σ {0} terms · torch has {1} · residual {2}</source>
        <translation>Σ 항 {0}개 · torch의 값 {1} · 잔차 {2}</translation>
    </message>
    <message>
        <source>Σ {0} terms, in float64</source>
        <translation>Σ 항 {0}개, float64</translation>
    </message>
    <message>
        <source>one term · torch has {1} · residual {2}</source>
        <translation>항 하나 · torch의 값 {1} · 잔차 {2}</translation>
    </message>
    <message>
        <source>List the terms that are 0, and why each is</source>
        <translation>0인 항들과 그 까닭을 나열합니다</translation>
    </message>
    <message>
        <source>one term, in float64</source>
        <translation>항 하나, float64</translation>
    </message>
    <message>
        <source>Σ {0} squares, in float64; its root is {1}</source>
        <translation>Σ 제곱 {0}개, float64; 제곱근은 {1}</translation>
    </message>
    <message>
        <source>In float64: {0}</source>
        <translation>float64로: {0}</translation>
    </message>
</context>
<context>
    <name>SurfacePlot</name>
    <message>
        <source>Loss surface</source>
        <translation>손실 곡면</translation>
    </message>
    <message>
        <source>The loss at each point of the plane. The mouse or the arrow keys read a point; the line is the run&apos;s path, the arrow the direction of descent.</source>
        <translation>평면의 각 점에서의 손실입니다. 마우스나 화살표 키로 점을 읽습니다. 선은 학습의 경로, 화살표는 하강 방향입니다.</translation>
    </message>
    <message>
        <source>x {0}, y {1}: loss {2}</source>
        <translation>x {0}, y {1}: 손실 {2}</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산되지 않음</translation>
    </message>
</context>
<context>
    <name>SurfaceSettings</name>
    <message>
        <source>Random directions</source>
        <translation>무작위 방향</translation>
    </message>
    <message>
        <source>Main directions</source>
        <translation>주방향</translation>
    </message>
    <message>
        <source>Through kept weights</source>
        <translation>보관된 가중치를 지나는 평면</translation>
    </message>
    <message>
        <source>Two weights</source>
        <translation>가중치 두 개</translation>
    </message>
    <message>
        <source>Line to kept weights</source>
        <translation>남겨 둔 가중치까지의 직선</translation>
    </message>
    <message>
        <source>Plane</source>
        <translation>평면</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>데이터</translation>
    </message>
    <message>
        <source>training</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>validation</source>
        <translation>검증</translation>
    </message>
    <message>
        <source>Span</source>
        <translation>범위</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>점 수</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>After A</source>
        <translation>반복 A 뒤</translation>
    </message>
    <message>
        <source>After B</source>
        <translation>반복 B 뒤</translation>
    </message>
    <message>
        <source>x: weight</source>
        <translation>x: 가중치</translation>
    </message>
    <message>
        <source>y: weight</source>
        <translation>y: 가중치</translation>
    </message>
    <message>
        <source>The plane goes through the weights after this iteration, or the nearest one kept</source>
        <translation>평면이 이 반복 뒤의 가중치, 또는 가장 가까이 보관된 가중치를 지납니다</translation>
    </message>
    <message>
        <source>A parameter and a place in it, such as conv1.weight[0, 0, 1, 1]</source>
        <translation>매개변수와 그 안의 위치. 예: conv1.weight[0, 0, 1, 1]</translation>
    </message>
    <message>
        <source>Two random directions, each filter as long as the weights&apos; own; the two main directions of the run so far; through kept weights; two weights alone; or just the straight line to kept weights</source>
        <translation>필터마다 가중치와 같은 길이인 무작위 방향 두 개, 지금까지의 실행의 주 방향 두 개, 남겨 둔 가중치를 지나는 평면, 가중치 두 개만, 또는 남겨 둔 가중치까지의 직선</translation>
    </message>
    <message>
        <source>How far the plane reaches: 1 is as far as the weights are from 0; as far as the path or the kept weights; or, to either side of a weight, the largest in its parameter</source>
        <translation>평면이 뻗는 거리. 1은 가중치가 0에서 떨어진 만큼, 경로나 남겨 둔 가중치가 있는 만큼, 또는 가중치 하나의 양쪽으로 그 매개변수에서 가장 큰 값만큼입니다</translation>
    </message>
    <message>
        <source>Another seed gives other random directions</source>
        <translation>시드가 다르면 무작위 방향도 다릅니다</translation>
    </message>
    <message>
        <source>Points per side: more are finer and take longer</source>
        <translation>한 변의 점 수: 많을수록 곱고 오래 걸립니다</translation>
    </message>
    <message>
        <source>The loss is the mean over this many samples, the first ones of the set</source>
        <translation>손실은 세트의 처음 이만큼의 샘플의 평균입니다</translation>
    </message>
    <message>
        <source>The samples that the loss is computed on</source>
        <translation>손실을 계산할 샘플</translation>
    </message>
</context>
<context>
    <name>SurfaceView</name>
    <message>
        <source>Loss surface</source>
        <translation>손실 곡면</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>Logarithmic colours</source>
        <translation>로그 색</translation>
    </message>
    <message>
        <source>Colour the logarithm of the loss, or the loss itself (L)</source>
        <translation>손실의 로그, 또는 손실 자체에 따라 칠합니다 (L)</translation>
    </message>
    <message>
        <source>Progress of the surface</source>
        <translation>곡면 진행률</translation>
    </message>
    <message>
        <source>The loss on a plane through the present weights: choose a plane and press Compute.</source>
        <translation>지금 가중치를 지나는 평면 위의 손실입니다. 평면을 고르고 계산을 누르세요.</translation>
    </message>
    <message>
        <source>x: {0}</source>
        <translation>x: {0}</translation>
    </message>
    <message>
        <source>y: {0}</source>
        <translation>y: {0}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Compute</source>
        <translation>계산</translation>
    </message>
    <message>
        <source>Stop; the points computed so far stay</source>
        <translation>그만둡니다. 여기까지의 곡면은 남습니다</translation>
    </message>
    <message>
        <source>Evaluate the loss on the plane; the run is left as it is (Enter)</source>
        <translation>평면 위에서 손실을 계산합니다. 학습은 그대로입니다 (Enter)</translation>
    </message>
</context>
<context>
    <name>TensorSection</name>
    <message>
        <source>Every element of the tensor</source>
        <translation>텐서의 모든 원소</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>기록되지 않음</translation>
    </message>
    <message>
        <source>values</source>
        <translation>값</translation>
    </message>
    <message>
        <source>not computed yet</source>
        <translation>아직 계산되지 않음</translation>
    </message>
    <message>
        <source>gradient</source>
        <translation>변화도</translation>
    </message>
    <message>
        <source>no gradient</source>
        <translation>변화도 없음</translation>
    </message>
    <message>
        <source>value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>What the layer computed</source>
        <translation>층이 계산한 것</translation>
    </message>
    <message>
        <source>How the loss changes with this element</source>
        <translation>이 원소에 따라 손실이 변하는 정도</translation>
    </message>
</context>
<context>
    <name>TermModel</name>
    <message>
        <source>index</source>
        <translation>인덱스</translation>
    </message>
    <message>
        <source>term</source>
        <translation>항</translation>
    </message>
    <message>
        <source>{0}
Click or press Enter: where does it come from?</source>
        <translation>{0}
클릭하거나 Enter를 누르면: 어디에서 왔나요?</translation>
    </message>
</context>
<context>
    <name>TermPicture</name>
    <message>
        <source>The terms as they lie in their tensors</source>
        <translation>텐서에 놓인 그대로의 항</translation>
    </message>
    <message>
        <source>products</source>
        <translation>곱</translation>
    </message>
</context>
<context>
    <name>TermsTable</name>
    <message>
        <source>The terms of the sum</source>
        <translation>합의 항</translation>
    </message>
    <message>
        <source>Arrow keys go from number to number, Enter asks where it comes from.</source>
        <translation>화살표 키로 수 사이를 옮기고, Enter로 어디에서 왔는지 묻습니다.</translation>
    </message>
</context>
<context>
    <name>TextDialog</name>
    <message>
        <source>Close (Esc)</source>
        <translation>닫기 (Esc)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>복사(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the whole text</source>
        <translation>글 전체 복사</translation>
    </message>
</context>
<context>
    <name>TextSizeController</name>
    <message>
        <source>Text size: {0} %</source>
        <translation>글자 크기: {0} %</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>Timeline of the iteration</source>
        <translation>반복의 타임라인</translation>
    </message>
    <message>
        <source>The events of this iteration. Left, Right, Home and End move the cursor, Page Up and Page Down show the previous and the next iteration.</source>
        <translation>이 반복의 이벤트입니다. 왼쪽, 오른쪽, Home, End로 커서를 옮기고 Page Up, Page Down으로 이전·다음 반복을 봅니다.</translation>
    </message>
    <message>
        <source>training · iteration {number}</source>
        <translation>학습 중 · 반복 {number}</translation>
    </message>
    <message>
        <source>iteration {number} · raised</source>
        <translation>반복 {number} · 오류 발생</translation>
    </message>
    <message>
        <source>iteration {number} · not started</source>
        <translation>반복 {number} · 시작 전</translation>
    </message>
    <message>
        <source>before iteration {number} · line {line}</source>
        <translation>반복 {number} 전 · {line}행</translation>
    </message>
    <message>
        <source>iteration {number} · not started · altered</source>
        <translation>반복 {number} · 시작 전 · 변경됨</translation>
    </message>
    <message>
        <source>iteration {number} · {phase} · {done} so far</source>
        <translation>반복 {number} · {phase} · 지금까지 {done}</translation>
    </message>
    <message>
        <source>closure call {number} · {phase}</source>
        <translation>closure 호출 {number} · {phase}</translation>
    </message>
    <message>
        <source>closure call {number} of {calls} · {phase}</source>
        <translation>closure 호출 {number}/{calls} · {phase}</translation>
    </message>
    <message>
        <source>pass {number} · {phase}</source>
        <translation>통과 {number} · {phase}</translation>
    </message>
    <message>
        <source>micro-batch {number} · {phase}</source>
        <translation>마이크로배치 {number} · {phase}</translation>
    </message>
    <message>
        <source>iteration {number} · {phase} {done}/{total} · altered</source>
        <translation>반복 {number} · {phase} {done}/{total} · 변경됨</translation>
    </message>
    <message>
        <source>iteration {number} · {phase} {done}/{total}</source>
        <translation>반복 {number} · {phase} {done}/{total}</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>{device} · rank {rank} of {count}</source>
        <translation>{device} · 랭크 {rank} / {count}</translation>
    </message>
    <message>
        <source>Process {pid} on {host}</source>
        <translation>{host}의 프로세스 {pid}</translation>
    </message>
    <message>
        <source>done: {0:,}</source>
        <translation>끝낸 반복: {0:,}</translation>
    </message>
    <message>
        <source>Iterations done: {0:,}</source>
        <translation>끝난 반복: {0:,}</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>기록 안 함</translation>
    </message>
    <message>
        <source>{0:.1f} it/s · {1}</source>
        <translation>{0:.1f} 반복/초 · {1}</translation>
    </message>
    <message>
        <source>recording</source>
        <translation>기록</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>끝남</translation>
    </message>
    <message>
        <source>held</source>
        <translation>멈춰 있음</translation>
    </message>
    <message>
        <source>paused · {0}</source>
        <translation>일시 정지 · {0}</translation>
    </message>
</context>
<context>
    <name>Tools</name>
    <message>
        <source>Thin pen</source>
        <translation>가는 펜</translation>
    </message>
    <message>
        <source>Medium pen</source>
        <translation>보통 펜</translation>
    </message>
    <message>
        <source>Thick pen</source>
        <translation>굵은 펜</translation>
    </message>
    <message>
        <source>{pen}: press for the next ({thinner} makes it thinner, {thicker} thicker)</source>
        <translation>{pen}: 누르면 다음 굵기 ({thinner} 더 가늘게, {thicker} 더 굵게)</translation>
    </message>
</context>
<context>
    <name>TrainingController</name>
    <message>
        <source>Start again with a new network?</source>
        <translation>새 신경망으로 다시 시작할까요?</translation>
    </message>
    <message>
        <source>This change needs a new network. The {0:,} iterations trained so far are lost; their loss stays on the plot as a faint curve.</source>
        <translation>이 변경에는 새 신경망이 필요합니다. 지금까지 학습한 반복 {0:,}회는 사라지고, 그 손실은 흐린 곡선으로 남습니다.</translation>
    </message>
    <message>
        <source>This change needs a new network. The one iteration trained so far is lost; its loss stays on the plot as a point.</source>
        <translation>이렇게 바꾸려면 새 신경망이 필요합니다. 지금까지 학습한 반복 한 번은 사라지고, 그 손실은 그래프에 점으로 남습니다.</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>다시 시작</translation>
    </message>
    <message>
        <source>Keep this network</source>
        <translation>이 신경망 유지</translation>
    </message>
</context>
<context>
    <name>TrainingRow</name>
    <message>
        <source>Label of the drawing</source>
        <translation>그림의 레이블</translation>
    </message>
    <message>
        <source>The label of the drawing: what you drew. The keys 0 to 9 choose it, on the pad too.</source>
        <translation>그림의 레이블, 곧 무엇을 그렸는지입니다. 그리는 곳에서도 0~9 키로 고릅니다.</translation>
    </message>
    <message>
        <source>as</source>
        <comment>Train on this as 6</comment>
        <translation>레이블</translation>
    </message>
    <message>
        <source>{0} {1}</source>
        <translation>{0} {1}</translation>
    </message>
</context>
<context>
    <name>Transport</name>
    <message>
        <source>Speed of playing</source>
        <translation>재생 속도</translation>
    </message>
    <message>
        <source>How many events are played in a second</source>
        <translation>1초에 재생할 이벤트 수</translation>
    </message>
    <message>
        <source>{count} events/s</source>
        <translation>이벤트 {count}개/초</translation>
    </message>
</context>
<context>
    <name>UpdateSection</name>
    <message>
        <source>Update</source>
        <translation>갱신</translation>
    </message>
    <message>
        <source>The update of every element</source>
        <translation>모든 원소의 갱신</translation>
    </message>
    <message>
        <source>no update yet</source>
        <translation>아직 갱신되지 않음</translation>
    </message>
    <message>
        <source>What the loop&apos;s own lines do to it is told once the iteration is over.</source>
        <translation>루프의 코드가 직접 바꾸는 내용은 반복이 끝나면 표시됩니다.</translation>
    </message>
    <message>
        <source>moved by the loop&apos;s own lines</source>
        <translation>루프의 코드가 직접 갱신함</translation>
    </message>
    <message>
        <source>No optimizer steps: the loop itself changes the numbers.</source>
        <translation>optimizer의 step이 없습니다. 루프가 직접 값을 바꿉니다.</translation>
    </message>
    <message>
        <source>not in any optimizer</source>
        <translation>어느 옵티마이저에도 없음</translation>
    </message>
    <message>
        <source>No optimizer that has stepped owns this parameter.</source>
        <translation>갱신한 옵티마이저 중 어느 것도 이 매개변수를 갖고 있지 않습니다.</translation>
    </message>
    <message>
        <source>written to by no optimizer&apos;s rule</source>
        <translation>옵티마이저의 규칙 없이 바뀜</translation>
    </message>
    <message>
        <source>The loop did it, or an optimizer between two calls of its closure.</source>
        <translation>학습 루프가 바꾸었거나, 옵티마이저가 closure 호출 사이에 바꾸었습니다.</translation>
    </message>
    <message>
        <source>{0}, by its operations</source>
        <translation>{0}, 그 연산으로</translation>
    </message>
    <message>
        <source>There is no rule for {0} here. A new weight is told by what its step ran.</source>
        <translation>{0}의 규칙이 여기에는 없습니다. 새 가중치는 step이 실행한 연산으로 설명됩니다.</translation>
    </message>
    <message>
        <source>no rule for {0}</source>
        <translation>{0}의 규칙 없음</translation>
    </message>
    <message>
        <source>How {0} changes a weight is not known here.</source>
        <translation>{0}이(가) 가중치를 어떻게 바꾸는지 여기에는 없습니다.</translation>
    </message>
    <message>
        <source>The weight before the update</source>
        <translation>갱신 전의 가중치</translation>
    </message>
    <message>
        <source>Its .grad at the cursor</source>
        <translation>커서 위치에서의 .grad</translation>
    </message>
    <message>
        <source>What the optimizer added: new w − w exactly; plain SGD adds −lr · grad</source>
        <translation>옵티마이저가 더한 것: 새 w − w의 정확한 값. 단순 SGD는 −lr · grad를 더합니다</translation>
    </message>
    <message>
        <source>step of {name}</source>
        <translation>{name}의 갱신량</translation>
    </message>
    <message>
        <source>The weight after the update</source>
        <translation>갱신 후의 가중치</translation>
    </message>
    <message>
        <source>new {name}</source>
        <translation>새 {name}</translation>
    </message>
</context>
<context>
    <name>ViewingController</name>
    <message>
        <source>Iteration to compare with</source>
        <translation>비교할 반복</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>비교</translation>
    </message>
</context>
<context>
    <name>WebPagesController</name>
    <message>
        <source>Nothing is recorded yet: run an iteration (F11), then export it.</source>
        <translation>아직 기록된 것이 없습니다. 반복을 실행한 뒤(F11) 내보내세요.</translation>
    </message>
    <message>
        <source>Export a web page</source>
        <translation>웹 페이지 내보내기</translation>
    </message>
    <message>
        <source>Web pages (*.html)</source>
        <translation>웹 페이지 (*.html)</translation>
    </message>
    <message>
        <source>Another page is still being written.</source>
        <translation>다른 페이지를 아직 쓰고 있습니다.</translation>
    </message>
    <message>
        <source>Saved as {0}; any browser opens it.</source>
        <translation>{0}(으)로 저장했습니다. 어느 브라우저에서나 열립니다.</translation>
    </message>
</context>
<context>
    <name>WhySection</name>
    <message>
        <source>Why</source>
        <translation>이유</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Show the event that explains it</source>
        <translation>이것을 설명하는 이벤트 보기</translation>
    </message>
    <message>
        <source>Move the cursor to the event that shows it</source>
        <translation>이것을 보여 주는 이벤트로 커서 옮기기</translation>
    </message>
</context>
<context>
    <name>WorkerRestartsController</name>
    <message>
        <source>Do without torch: what is recorded stays</source>
        <translation>torch 없이 계속: 기록된 것은 그대로 남습니다</translation>
    </message>
    <message>
        <source>{0} was not opened.</source>
        <translation>{0}을(를) 열지 않았습니다.</translation>
    </message>
    <message>
        <source>{0} was not saved.</source>
        <translation>{0}을(를) 저장하지 않았습니다.</translation>
    </message>
    <message>
        <source>Loading PyTorch…</source>
        <translation>PyTorch 불러오는 중…</translation>
    </message>
</context>
<context>
    <name>_LineNumbers</name>
    <message>
        <source>Line numbers</source>
        <translation>행 번호</translation>
    </message>
</context>
<context>
    <name>_Side</name>
    <message>
        <source>{low} … {high}</source>
        <translation>{low} … {high}</translation>
    </message>
    <message>
        <source>mean {mean}</source>
        <translation>평균 {mean}</translation>
    </message>
    <message>
        <source>colours ±{limit}</source>
        <translation>색 ±{limit}</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>{0} from a folder…</source>
        <translation>폴더의 {0}…</translation>
    </message>
    <message>
        <source>Train on the files of {0} in a folder of this computer</source>
        <translation>이 컴퓨터의 폴더에 있는 {0} 파일로 학습합니다</translation>
    </message>
    <message>
        <source>Download {0}</source>
        <translation>{0} 내려받기</translation>
    </message>
    <message>
        <source>Download the files of {0} once ({1} MB), and train on them</source>
        <translation>{0} 파일을 한 번 내려받아({1} MB) 학습합니다</translation>
    </message>
    <message>
        <source>D&amp;ata</source>
        <translation>데이터(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Samples…</source>
        <translation>샘플(&amp;S)…</translation>
    </message>
    <message>
        <source>Browse the samples: which are misclassified, which have the highest loss</source>
        <translation>샘플 둘러보기: 무엇을 틀렸는지, 무엇의 손실이 가장 큰지</translation>
    </message>
    <message>
        <source>&amp;Confusion matrix…</source>
        <translation>혼동 행렬(&amp;C)…</translation>
    </message>
    <message>
        <source>Which classes are predicted as which, at the last evaluation</source>
        <translation>마지막 평가에서 어떤 클래스를 무엇으로 예측했는지</translation>
    </message>
    <message>
        <source>Image &amp;folder…</source>
        <translation>이미지 폴더(&amp;F)…</translation>
    </message>
    <message>
        <source>Train on PNG and JPEG images in subfolders named 0 to 9</source>
        <translation>0~9라는 이름의 하위 폴더에 있는 PNG, JPEG 이미지로 학습합니다</translation>
    </message>
    <message>
        <source>&amp;Open image…</source>
        <translation>이미지 열기(&amp;O)…</translation>
    </message>
    <message>
        <source>Put a PNG or JPEG image on the pad for the net to classify (or drop it on the window)</source>
        <translation>PNG나 JPEG 이미지를 판에 올려 신경망이 분류하게 합니다 (창에 끌어다 놓아도 됩니다)</translation>
    </message>
    <message>
        <source>&amp;Paste image</source>
        <translation>이미지 붙여 넣기(&amp;P)</translation>
    </message>
    <message>
        <source>Put the image from the clipboard on the pad</source>
        <translation>클립보드의 이미지를 판에 올립니다</translation>
    </message>
    <message>
        <source>&amp;Drawing</source>
        <translation>그림(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Clear</source>
        <translation>지우기(&amp;C)</translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation>그림 지우기</translation>
    </message>
    <message>
        <source>&amp;Undo stroke</source>
        <translation>획 되돌리기(&amp;U)</translation>
    </message>
    <message>
        <source>Remove the last stroke</source>
        <translation>마지막 획을 지웁니다</translation>
    </message>
    <message>
        <source>&amp;Redo stroke</source>
        <translation>획 다시 그리기(&amp;R)</translation>
    </message>
    <message>
        <source>Draw the removed stroke again</source>
        <translation>지운 획을 다시 그립니다</translation>
    </message>
    <message>
        <source>&amp;Eraser</source>
        <translation>지우개(&amp;E)</translation>
    </message>
    <message>
        <source>Erase instead of drawing; the right button and a stylus&apos;s other end always erase</source>
        <translation>그리는 대신 지웁니다. 오른쪽 버튼과 펜의 반대쪽 끝은 언제나 지우개입니다</translation>
    </message>
    <message>
        <source>&amp;Thinner pen</source>
        <translation>더 가는 펜(&amp;T)</translation>
    </message>
    <message>
        <source>Use a thinner pen</source>
        <translation>더 가는 펜을 씁니다</translation>
    </message>
    <message>
        <source>Thic&amp;ker pen</source>
        <translation>더 굵은 펜(&amp;K)</translation>
    </message>
    <message>
        <source>Use a thicker pen</source>
        <translation>더 굵은 펜을 씁니다</translation>
    </message>
    <message>
        <source>Use as &amp;batch</source>
        <translation>배치로 쓰기(&amp;B)</translation>
    </message>
    <message>
        <source>Make the drawing, with its label, the batch from the next iteration on, or go back to the data</source>
        <translation>다음 반복부터 레이블이 붙은 그림을 배치로 쓰거나, 데이터로 되돌아갑니다</translation>
    </message>
    <message>
        <source>Trai&amp;n on this</source>
        <translation>이것으로 학습(&amp;N)</translation>
    </message>
    <message>
        <source>One optimizer step on the drawing with its label</source>
        <translation>레이블을 붙인 그림으로 옵티마이저 한 단계</translation>
    </message>
    <message>
        <source>Un&amp;do training on this</source>
        <translation>이 학습 되돌리기(&amp;D)</translation>
    </message>
    <message>
        <source>Undo the last step on a drawing: everything is as it was before</source>
        <translation>그림으로 한 마지막 단계를 되돌립니다. 모든 것이 그 전과 같아집니다</translation>
    </message>
    <message>
        <source>&amp;Saliency</source>
        <translation>중요도 (saliency)(&amp;S)</translation>
    </message>
    <message>
        <source>Show how the digit&apos;s logit changes with each pixel, and the feature maps</source>
        <translation>숫자의 로짓이 픽셀마다 어떻게 변하는지와 특징 맵을 봅니다</translation>
    </message>
    <message>
        <source>&amp;New run</source>
        <translation>새 실행(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Tutorial: one random input</source>
        <translation>튜토리얼: 무작위 입력 하나(&amp;T)</translation>
    </message>
    <message>
        <source>Begin the run of PyTorch&apos;s tutorial: a random input, MSE, SGD</source>
        <translation>PyTorch 튜토리얼의 실행을 시작합니다: 무작위 입력, MSE, SGD</translation>
    </message>
    <message>
        <source>&amp;Digits: learn to classify them</source>
        <translation>숫자: 분류를 배우기(&amp;D)</translation>
    </message>
    <message>
        <source>Begin a run that learns the built-in digits: cross-entropy, SGD with momentum</source>
        <translation>내장된 숫자를 배우는 실행을 시작합니다: 교차 엔트로피, 모멘텀 SGD</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>파일(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Open session…</source>
        <translation>세션 열기(&amp;O)…</translation>
    </message>
    <message>
        <source>Open a saved session and continue its run</source>
        <translation>저장한 세션을 열어 그 실행을 계속합니다</translation>
    </message>
    <message>
        <source>&amp;Save session</source>
        <translation>세션 저장(&amp;S)</translation>
    </message>
    <message>
        <source>Save the run, the drawing and the layout in one file; training continues</source>
        <translation>실행, 그림, 배치를 한 파일에 저장합니다. 학습은 계속됩니다</translation>
    </message>
    <message>
        <source>Save session &amp;as…</source>
        <translation>다른 이름으로 세션 저장(&amp;A)…</translation>
    </message>
    <message>
        <source>Save the run, the drawing and the layout in another file</source>
        <translation>실행, 그림, 배치를 다른 파일에 저장합니다</translation>
    </message>
    <message>
        <source>&amp;Load weights…</source>
        <translation>가중치 불러오기(&amp;L)…</translation>
    </message>
    <message>
        <source>Load weights from a .safetensors file, or from a state_dict in a .pt file</source>
        <translation>.safetensors 파일이나 .pt 파일의 state_dict에서 가중치를 불러옵니다</translation>
    </message>
    <message>
        <source>Save &amp;weights…</source>
        <translation>가중치 저장(&amp;W)…</translation>
    </message>
    <message>
        <source>Save the weights for other programs, as .safetensors or as a state_dict</source>
        <translation>다른 프로그램을 위해 .safetensors나 state_dict로 가중치를 저장합니다</translation>
    </message>
    <message>
        <source>Open &amp;model…</source>
        <translation>모델 열기(&amp;M)…</translation>
    </message>
    <message>
        <source>Run a Python file that makes model, inputs and loss, and train that model in a window of its own</source>
        <translation>model, inputs, loss를 만드는 Python 파일을 실행하고, 별도의 창에서 그 모델을 학습시킵니다</translation>
    </message>
    <message>
        <source>Open &amp;recording…</source>
        <translation>기록 열기(&amp;R)…</translation>
    </message>
    <message>
        <source>Look at a recording file in a window of its own</source>
        <translation>기록 파일을 별도의 창에서 봅니다</translation>
    </message>
    <message>
        <source>A&amp;ttach to a training…</source>
        <translation>학습에 연결(&amp;T)…</translation>
    </message>
    <message>
        <source>Follow a training that listens, in a window of its own</source>
        <translation>기다리는 학습을 별도의 창에서 따라갑니다</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>내보내기(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Script…</source>
        <translation>스크립트(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Notebook…</source>
        <translation>노트북(&amp;N)…</translation>
    </message>
    <message>
        <source>Save the run so far as a Jupyter notebook that needs torch alone</source>
        <translation>지금까지의 실행을 torch만 필요한 Jupyter 노트북으로 저장</translation>
    </message>
    <message>
        <source>&amp;Web page…</source>
        <translation>웹 페이지(&amp;W)…</translation>
    </message>
    <message>
        <source>Save the iteration shown as a page with its events, graph and numbers, for any browser</source>
        <translation>보고 있는 반복을 이벤트, 그래프, 수와 함께 어느 브라우저에서나 열 수 있는 페이지로 저장</translation>
    </message>
    <message>
        <source>&amp;Recording…</source>
        <translation>기록(&amp;R)…</translation>
    </message>
    <message>
        <source>Save all iterations that are kept as a recording file (.bprec)</source>
        <translation>남아 있는 모든 반복을 기록 파일(.bprec)로 저장</translation>
    </message>
    <message>
        <source>&amp;Animation…</source>
        <translation>애니메이션(&amp;A)…</translation>
    </message>
    <message>
        <source>Save the cursor&apos;s walk through an iteration or the kept ones, as GIF, APNG, WebP or MP4</source>
        <translation>한 반복 또는 보관된 반복들을 지나는 커서의 움직임을 GIF, APNG, WebP, MP4로 저장</translation>
    </message>
    <message>
        <source>&amp;Data…</source>
        <translation>데이터(&amp;D)…</translation>
    </message>
    <message>
        <source>Save the curves, a tensor that is shown, or all of the iteration&apos;s, as CSV or NPZ</source>
        <translation>곡선, 보이는 Tensor 하나, 또는 반복의 모든 Tensor를 CSV나 NPZ로 저장</translation>
    </message>
    <message>
        <source>Save &amp;picture of the panel…</source>
        <translation>패널의 그림 저장(&amp;P)…</translation>
    </message>
    <message>
        <source>Save what the panel with the keyboard shows as PNG, SVG or PDF</source>
        <translation>키보드가 있는 패널이 보여 주는 것을 PNG, SVG, PDF로 저장합니다</translation>
    </message>
    <message>
        <source>Save picture of the w&amp;indow…</source>
        <translation>창의 그림 저장(&amp;I)…</translation>
    </message>
    <message>
        <source>Save the whole window as PNG, SVG or PDF</source>
        <translation>창 전체를 PNG, SVG, PDF로 저장합니다</translation>
    </message>
    <message>
        <source>Save picture with si&amp;ze and colours…</source>
        <translation>크기와 색을 골라 그림 저장(&amp;Z)…</translation>
    </message>
    <message>
        <source>Save a panel or the window at any size, in light or dark colours</source>
        <translation>패널이나 창을 원하는 크기로, 밝은 색이나 어두운 색으로 저장합니다</translation>
    </message>
    <message>
        <source>&amp;Copy picture of the panel</source>
        <translation>패널의 그림 복사(&amp;C)</translation>
    </message>
    <message>
        <source>Put a picture of the panel with the keyboard on the clipboard</source>
        <translation>키보드가 있는 패널의 그림을 클립보드에 넣습니다</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>끝내기(&amp;Q)</translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation>창을 닫습니다</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>도움말(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;First steps</source>
        <translation>첫걸음(&amp;F)</translation>
    </message>
    <message>
        <source>The first lesson: what the network is, and what its gradients are</source>
        <translation>첫 수업: 신경망이 무엇이고 변화도가 무엇인지 봅니다</translation>
    </message>
    <message>
        <source>&amp;Lessons…</source>
        <translation>수업(&amp;L)…</translation>
    </message>
    <message>
        <source>All lessons, or back to your own run and its panels as they were</source>
        <translation>모든 수업. 다시 누르면 여러분의 실행과 원래 패널로 돌아갑니다</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>키보드 단축키(&amp;K)</translation>
    </message>
    <message>
        <source>All keyboard shortcuts on one page</source>
        <translation>모든 키보드 단축키를 한 쪽에</translation>
    </message>
    <message>
        <source>Show lo&amp;g</source>
        <translation>로그 보기(&amp;G)</translation>
    </message>
    <message>
        <source>What has gone wrong in this program so far, and where</source>
        <translation>이 프로그램에서 지금까지 무엇이 어디에서 잘못되었는지</translation>
    </message>
    <message>
        <source>&amp;About backprop_viz</source>
        <translation>backprop_viz 정보(&amp;A)</translation>
    </message>
    <message>
        <source>Version and licence</source>
        <translation>버전과 라이선스</translation>
    </message>
    <message>
        <source>H&amp;istory</source>
        <translation>기록(&amp;I)</translation>
    </message>
    <message>
        <source>Go to &amp;start</source>
        <translation>처음으로(&amp;S)</translation>
    </message>
    <message>
        <source>Show the start of the iteration</source>
        <translation>반복의 시작을 봅니다</translation>
    </message>
    <message>
        <source>&amp;Previous event</source>
        <translation>이전 이벤트(&amp;P)</translation>
    </message>
    <message>
        <source>Go back by one event</source>
        <translation>이벤트 하나 뒤로</translation>
    </message>
    <message>
        <source>P&amp;lay</source>
        <translation>재생(&amp;L)</translation>
    </message>
    <message>
        <source>Move the cursor forward by itself, or stop it</source>
        <translation>커서가 저절로 앞으로 가게 하거나 멈춥니다</translation>
    </message>
    <message>
        <source>&amp;Next event</source>
        <translation>다음 이벤트(&amp;N)</translation>
    </message>
    <message>
        <source>Go forward by one event; past the last one, run the next phase</source>
        <translation>이벤트 하나 앞으로. 마지막이면 다음 단계를 실행합니다</translation>
    </message>
    <message>
        <source>Go to &amp;end</source>
        <translation>끝으로(&amp;E)</translation>
    </message>
    <message>
        <source>Show the end of what was recorded of the iteration</source>
        <translation>이 반복에서 기록된 것의 끝을 봅니다</translation>
    </message>
    <message>
        <source>Previous &amp;iteration</source>
        <translation>이전 반복(&amp;I)</translation>
    </message>
    <message>
        <source>Go back to the start of the iteration, then to the previous one</source>
        <translation>반복의 시작으로, 그다음에는 이전 반복으로 갑니다</translation>
    </message>
    <message>
        <source>&amp;Continue from here</source>
        <translation>여기서 계속(&amp;C)</translation>
    </message>
    <message>
        <source>Continue the run from the end of the iteration shown</source>
        <translation>지금 보는 반복의 끝에서 실행을 이어 갑니다</translation>
    </message>
    <message>
        <source>Compare &amp;with the iteration before</source>
        <translation>이전 반복과 비교(&amp;W)</translation>
    </message>
    <message>
        <source>Show beside every number what it was in the iteration before</source>
        <translation>모든 수 옆에 이전 반복에서의 값을 보입니다</translation>
    </message>
    <message>
        <source>Compare with before the e&amp;xperiment</source>
        <translation>실험 전과 비교(&amp;X)</translation>
    </message>
    <message>
        <source>Show beside every number what it was before the gradient was changed</source>
        <translation>모든 수 옆에 변화도를 바꾸기 전의 값을 보입니다</translation>
    </message>
    <message>
        <source>Comp&amp;are with iteration…</source>
        <translation>다른 반복과 비교(&amp;A)…</translation>
    </message>
    <message>
        <source>Show beside every number what it was in an iteration that is kept</source>
        <translation>모든 수 옆에 보관된 반복에서의 값을 보입니다</translation>
    </message>
    <message>
        <source>St&amp;op comparing</source>
        <translation>비교 끝내기(&amp;O)</translation>
    </message>
    <message>
        <source>Show the numbers alone again</source>
        <translation>수만 다시 보입니다</translation>
    </message>
    <message>
        <source>&amp;Toggle breakpoint</source>
        <translation>중단점 켜고 끄기(&amp;T)</translation>
    </message>
    <message>
        <source>Set or remove a breakpoint at the current line of the program</source>
        <translation>프로그램의 지금 줄에 중단점을 정하거나 지웁니다</translation>
    </message>
    <message>
        <source>&amp;Breakpoints…</source>
        <translation>중단점(&amp;B)…</translation>
    </message>
    <message>
        <source>Places and conditions at which training stops</source>
        <translation>학습이 멈추는 곳과 조건</translation>
    </message>
    <message>
        <source>History &amp;memory…</source>
        <translation>기록 메모리(&amp;M)…</translation>
    </message>
    <message>
        <source>How much memory past iterations may use</source>
        <translation>지난 반복이 메모리를 얼마나 쓸 수 있는지</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>실행(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Step</source>
        <translation>한 단계(&amp;S)</translation>
    </message>
    <message>
        <source>Step &amp;back</source>
        <translation>한 단계 뒤로(&amp;B)</translation>
    </message>
    <message>
        <source>Go back to the end of the previous phase</source>
        <translation>이전 단계의 끝으로 돌아갑니다</translation>
    </message>
    <message>
        <source>&amp;Iteration</source>
        <translation>반복(&amp;I)</translation>
    </message>
    <message>
        <source>Go forward by a phase; past the last one, run the next</source>
        <translation>한 단계 앞으로 갑니다. 마지막이면 다음 단계를 실행합니다</translation>
    </message>
    <message>
        <source>Go to the end of the iteration, then of the next one kept; past the last one, run another</source>
        <translation>반복의 끝으로, 그다음은 보관된 다음 반복의 끝으로 갑니다. 마지막이면 새 반복을 실행합니다</translation>
    </message>
    <message>
        <source>&amp;Train</source>
        <translation>학습(&amp;T)</translation>
    </message>
    <message>
        <source>Train until paused</source>
        <translation>일시 정지할 때까지 학습합니다</translation>
    </message>
    <message>
        <source>&amp;Reset</source>
        <translation>초기화(&amp;R)</translation>
    </message>
    <message>
        <source>Start again with a new network and the same settings</source>
        <translation>같은 설정, 새 신경망으로 다시 시작합니다</translation>
    </message>
    <message>
        <source>Start torc&amp;h again</source>
        <translation>torch 다시 시작(&amp;H)</translation>
    </message>
    <message>
        <source>Start the process that runs torch again, and continue the run from its last autosave</source>
        <translation>torch를 실행하는 프로세스를 다시 시작하고 마지막 자동 저장에서 실행을 이어 갑니다</translation>
    </message>
    <message>
        <source>Backward t&amp;wice</source>
        <translation>backward 두 번(&amp;W)</translation>
    </message>
    <message>
        <source>Call backward a second time, to see torch&apos;s error: the graph has been freed</source>
        <translation>backward를 두 번 불러 torch의 오류를 봅니다: 그래프가 해제되었습니다</translation>
    </message>
    <message>
        <source>Backward twice, &amp;graph retained</source>
        <translation>backward 두 번, 그래프 유지(&amp;G)</translation>
    </message>
    <message>
        <source>Call backward twice with retain_graph=True, to see the gradients accumulate</source>
        <translation>retain_graph=True로 backward를 두 번 불러 변화도가 누적되는 것을 봅니다</translation>
    </message>
    <message>
        <source>Gradients acc&amp;umulate</source>
        <translation>변화도 누적(&amp;U)</translation>
    </message>
    <message>
        <source>Leave zero_grad out, so that each backward adds to every .grad</source>
        <translation>zero_grad를 빼서 backward마다 모든 .grad에 더해지게 합니다</translation>
    </message>
    <message>
        <source>out.backward(r&amp;andom)</source>
        <translation>out.backward(무작위)(&amp;A)</translation>
    </message>
    <message>
        <source>Backward from the output with a random gradient, without a loss</source>
        <translation>손실 없이, 무작위 변화도로 출력에서 backward를 시작합니다</translation>
    </message>
    <message>
        <source>Input without batch di&amp;mension</source>
        <translation>배치 차원 없는 입력(&amp;M)</translation>
    </message>
    <message>
        <source>Give the network one input of shape 1×32×32, to see what torch says about it</source>
        <translation>모양이 1×32×32인 입력 하나를 신경망에 넣어 torch가 뭐라고 하는지 봅니다</translation>
    </message>
    <message>
        <source>Fix it b&amp;y unsqueeze(0)</source>
        <translation>unsqueeze(0)으로 고치기(&amp;Y)</translation>
    </message>
    <message>
        <source>Give the network that input as a batch of one: x.unsqueeze(0)</source>
        <translation>그 입력을 한 개짜리 배치로 신경망에 넣습니다: x.unsqueeze(0)</translation>
    </message>
    <message>
        <source>Training &amp;options…</source>
        <translation>학습 옵션(&amp;O)…</translation>
    </message>
    <message>
        <source>Options of the optimizer and the schedule, and what zero_grad does</source>
        <translation>옵티마이저와 스케줄의 옵션, 그리고 zero_grad가 하는 일</translation>
    </message>
    <message>
        <source>&amp;Edit the network</source>
        <translation>신경망 편집(&amp;E)</translation>
    </message>
    <message>
        <source>Edit the network&apos;s class in the program panel</source>
        <translation>프로그램 패널에서 신경망의 클래스를 편집합니다</translation>
    </message>
    <message>
        <source>Run the e&amp;dited network</source>
        <translation>편집한 신경망 실행(&amp;D)</translation>
    </message>
    <message>
        <source>Begin a run of the edited network with the same settings</source>
        <translation>같은 설정으로 편집한 신경망의 학습을 시작합니다</translation>
    </message>
    <message>
        <source>Run the tutoria&amp;l&apos;s network</source>
        <translation>튜토리얼의 신경망 실행(&amp;L)</translation>
    </message>
    <message>
        <source>Begin a run of the tutorial&apos;s network again</source>
        <translation>튜토리얼의 신경망으로 학습을 다시 시작합니다</translation>
    </message>
    <message>
        <source>&amp;Copy as script</source>
        <translation>스크립트로 복사(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the run so far as a Python script that needs torch alone</source>
        <translation>지금까지의 실행을 torch만 필요한 Python 스크립트로 복사합니다</translation>
    </message>
    <message>
        <source>Save the run so far as a Python script, with its samples in a file beside it if many</source>
        <translation>지금까지의 실행을 Python 스크립트로 저장합니다. 샘플이 많으면 옆의 파일에 둡니다</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>보기(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Where does it come from?</source>
        <translation>이 수는 어디에서 왔나요?(&amp;W)</translation>
    </message>
    <message>
        <source>Show the sum behind the number chosen last, or the plots again</source>
        <translation>마지막으로 고른 수 뒤의 합을 보거나 다시 그래프를 봅니다</translation>
    </message>
    <message>
        <source>&amp;Previous sample</source>
        <translation>이전 샘플(&amp;P)</translation>
    </message>
    <message>
        <source>Show the numbers of the batch&apos;s previous sample in every panel</source>
        <translation>모든 패널에서 배치의 이전 샘플을 봅니다</translation>
    </message>
    <message>
        <source>&amp;Next sample</source>
        <translation>다음 샘플(&amp;N)</translation>
    </message>
    <message>
        <source>Show the numbers of the batch&apos;s next sample in every panel</source>
        <translation>모든 패널에서 배치의 다음 샘플을 봅니다</translation>
    </message>
    <message>
        <source>&amp;Go to sample</source>
        <translation>샘플로 이동(&amp;G)</translation>
    </message>
    <message>
        <source>Type which sample of the batch is shown in every panel</source>
        <translation>모든 패널에서 볼 샘플의 번호를 입력합니다</translation>
    </message>
    <message>
        <source>Pre&amp;vious rank</source>
        <translation>이전 랭크(&amp;V)</translation>
    </message>
    <message>
        <source>Show the rank before in every panel</source>
        <translation>모든 패널에 이전 랭크를 보여 줍니다</translation>
    </message>
    <message>
        <source>Ne&amp;xt rank</source>
        <translation>다음 랭크(&amp;X)</translation>
    </message>
    <message>
        <source>Show the next rank in every panel</source>
        <translation>모든 패널에 다음 랭크를 보여 줍니다</translation>
    </message>
    <message>
        <source>&amp;Full precision</source>
        <translation>모든 자릿수(&amp;F)</translation>
    </message>
    <message>
        <source>Write numbers with every digit that tells them from their neighbours</source>
        <translation>이웃한 수와 구별되는 모든 자릿수로 씁니다</translation>
    </message>
    <message>
        <source>&amp;System theme</source>
        <translation>시스템 테마(&amp;S)</translation>
    </message>
    <message>
        <source>Light or dark, as the system is set</source>
        <translation>시스템 설정에 따라 밝게 또는 어둡게</translation>
    </message>
    <message>
        <source>&amp;Light theme</source>
        <translation>밝은 테마(&amp;L)</translation>
    </message>
    <message>
        <source>Use light colours</source>
        <translation>밝은 색을 씁니다</translation>
    </message>
    <message>
        <source>&amp;Dark theme</source>
        <translation>어두운 테마(&amp;D)</translation>
    </message>
    <message>
        <source>Use dark colours</source>
        <translation>어두운 색을 씁니다</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>계속(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>일시 정지(&amp;P)</translation>
    </message>
    <message>
        <source>La&amp;yout</source>
        <translation>레이아웃(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Learn</source>
        <translation>배우기(&amp;L)</translation>
    </message>
    <message>
        <source>All panels, with the lesson at the left</source>
        <translation>모든 패널, 왼쪽에 수업</translation>
    </message>
    <message>
        <source>&amp;Debug</source>
        <translation>디버그(&amp;D)</translation>
    </message>
    <message>
        <source>Program, graph, inspector and findings</source>
        <translation>프로그램, 그래프, 검사기, 발견</translation>
    </message>
    <message>
        <source>D&amp;raw</source>
        <translation>그리기(&amp;R)</translation>
    </message>
    <message>
        <source>A large drawing pad beside the network</source>
        <translation>신경망 옆에 큰 그리기 판</translation>
    </message>
    <message>
        <source>&amp;Present</source>
        <translation>발표(&amp;P)</translation>
    </message>
    <message>
        <source>Few panels, for a projector</source>
        <translation>프로젝터용, 적은 패널</translation>
    </message>
    <message>
        <source>&amp;Save layout as…</source>
        <translation>레이아웃 다른 이름으로 저장(&amp;S)…</translation>
    </message>
    <message>
        <source>Keep the panels&apos; places under a name</source>
        <translation>패널의 자리를 이름을 붙여 보관합니다</translation>
    </message>
    <message>
        <source>R&amp;eset layout</source>
        <translation>레이아웃 초기화(&amp;E)</translation>
    </message>
    <message>
        <source>Place every panel as the layout has it at first</source>
        <translation>모든 패널을 레이아웃의 처음 자리에 놓습니다</translation>
    </message>
    <message>
        <source>&amp;Text size</source>
        <translation>글자 크기(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Larger text</source>
        <translation>더 큰 글자(&amp;L)</translation>
    </message>
    <message>
        <source>Make all text larger, up to 200 %</source>
        <translation>모든 글자를 크게, 200 %까지</translation>
    </message>
    <message>
        <source>&amp;Smaller text</source>
        <translation>더 작은 글자(&amp;S)</translation>
    </message>
    <message>
        <source>Make all text smaller, down to 80 %</source>
        <translation>모든 글자를 작게, 80 %까지</translation>
    </message>
    <message>
        <source>&amp;Normal text</source>
        <translation>보통 글자(&amp;N)</translation>
    </message>
    <message>
        <source>Text at 100 %</source>
        <translation>글자 100 %</translation>
    </message>
    <message>
        <source>P&amp;anels</source>
        <translation>패널(&amp;A)</translation>
    </message>
    <message>
        <source>Ma&amp;ximise panel</source>
        <translation>패널 최대화(&amp;X)</translation>
    </message>
    <message>
        <source>Maximise the panel in use, or restore it; Esc</source>
        <translation>쓰고 있는 패널에 자리를 모두 주거나 되돌립니다. Esc</translation>
    </message>
    <message>
        <source>&amp;Next panel</source>
        <translation>다음 패널(&amp;N)</translation>
    </message>
    <message>
        <source>Give the keyboard to the next panel</source>
        <translation>키보드를 다음 패널로 옮깁니다</translation>
    </message>
    <message>
        <source>&amp;Previous panel</source>
        <translation>이전 패널(&amp;P)</translation>
    </message>
    <message>
        <source>Give the keyboard to the previous panel</source>
        <translation>키보드를 이전 패널로 옮깁니다</translation>
    </message>
</context>
<context>
    <name>axes</name>
    <message>
        <source>sample</source>
        <translation>샘플</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>채널</translation>
    </message>
    <message>
        <source>input channel</source>
        <translation>입력 채널</translation>
    </message>
    <message>
        <source>output channel</source>
        <translation>출력 채널</translation>
    </message>
    <message>
        <source>row</source>
        <translation>행</translation>
    </message>
    <message>
        <source>column</source>
        <translation>열</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>층</translation>
    </message>
    <message>
        <source>step</source>
        <translation>단계</translation>
    </message>
    <message>
        <source>unit</source>
        <translation>유닛</translation>
    </message>
    <message>
        <source>head</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>position</source>
        <translation>위치</translation>
    </message>
    <message>
        <source>query</source>
        <translation>쿼리</translation>
    </message>
    <message>
        <source>key</source>
        <translation>키</translation>
    </message>
    <message>
        <source>feature</source>
        <translation>특징</translation>
    </message>
    <message>
        <source>class</source>
        <translation>클래스</translation>
    </message>
</context>
<context>
    <name>breakpoints</name>
    <message>
        <source>The loss is above {value}</source>
        <translation>손실이 {value}보다 큼</translation>
    </message>
    <message>
        <source>A gradient&apos;s norm is above {value}</source>
        <translation>어떤 변화도의 노름이 {value}보다 큼</translation>
    </message>
    <message>
        <source>A gradient&apos;s norm is below {value}</source>
        <translation>어떤 변화도의 노름이 {value}보다 작음</translation>
    </message>
    <message>
        <source>A value is NaN or infinite</source>
        <translation>어떤 값이 NaN 또는 무한대</translation>
    </message>
    <message>
        <source>A gradient is exactly zero everywhere</source>
        <translation>어떤 변화도가 모두 정확히 0</translation>
    </message>
    <message>
        <source>A .grad is still None after backward</source>
        <translation>backward 이후에도 .grad가 None</translation>
    </message>
    <message>
        <source>Forward has computed {key}</source>
        <translation>순전파가 {key}을(를) 계산함</translation>
    </message>
    <message>
        <source>The gradient of {key} is accumulated</source>
        <translation>{key}의 변화도가 누적됨</translation>
    </message>
    <message>
        <source>The norm of {key}.grad is above {value}</source>
        <translation>{key}.grad의 노름이 {value}보다 큼</translation>
    </message>
    <message>
        <source>The norm of {key}.grad is below {value}</source>
        <translation>{key}.grad의 노름이 {value}보다 작음</translation>
    </message>
    <message>
        <source>{key}.grad is exactly zero everywhere</source>
        <translation>{key}.grad가 모두 정확히 0</translation>
    </message>
    <message>
        <source>{key}.grad is still None after backward</source>
        <translation>backward 이후에도 {key}.grad가 None</translation>
    </message>
    <message>
        <source>{first}.grad is still None after backward; so are {count} others</source>
        <translation>backward 뒤에도 {first}.grad가 None이고, 다른 {count}개도 그렇습니다</translation>
    </message>
    <message>
        <source>Stopped before line {line}: {code}</source>
        <translation>{line}번째 줄 앞에서 멈춤: {code}</translation>
    </message>
    <message>
        <source>Before line {line}: {code}</source>
        <translation>{line}번째 줄 앞: {code}</translation>
    </message>
    <message>
        <source>Before line {line} of the network&apos;s file</source>
        <translation>신경망 파일의 {line}번째 줄 앞</translation>
    </message>
    <message>
        <source>Before a line that is not run now: {key}</source>
        <translation>지금 실행되지 않는 줄 앞: {key}</translation>
    </message>
    <message>
        <source>Backward has run the node of {key}</source>
        <translation>backward가 {key}의 노드를 실행함</translation>
    </message>
    <message>
        <source>Backward has run {name} of {key}</source>
        <translation>backward가 {key}의 {name}을(를) 실행함</translation>
    </message>
</context>
<context>
    <name>check</name>
    <message>
        <source>✓ both are 0</source>
        <translation>✓ 둘 다 0</translation>
    </message>
    <message>
        <source>≈ too small to tell from rounding</source>
        <translation>≈ 너무 작아 반올림과 구별되지 않음</translation>
    </message>
    <message>
        <source>∧ it lies on a kink: there is no derivative</source>
        <translation>∧ 꺾인 점에 있음: 미분이 없음</translation>
    </message>
    <message>
        <source>✓ {0}, h {1}</source>
        <translation>✓ {0}, h {1}</translation>
    </message>
    <message>
        <source>? {0}, h {1}</source>
        <translation>? {0}, h {1}</translation>
    </message>
    <message>
        <source>✗ {0}, h {1}</source>
        <translation>✗ {0}, h {1}</translation>
    </message>
    <message>
        <source>✓ agrees to {0} with h = {1}</source>
        <translation>✓ h = {1}일 때 {0}까지 일치</translation>
    </message>
    <message>
        <source>✓ agrees to {0} with h = {1}: fine where the loss has kinks</source>
        <translation>✓ h = {1}일 때 {0}까지 일치: 손실에 꺾인 점이 있으면 정상</translation>
    </message>
    <message>
        <source>? differs by {0} with h = {1}, more than it should</source>
        <translation>? h = {1}일 때 {0}만큼 다름, 예상보다 큼</translation>
    </message>
    <message>
        <source>✗ differs by {0} with h = {1}: probably wrong</source>
        <translation>✗ h = {1}일 때 {0}만큼 다름: 아마 틀림</translation>
    </message>
    <message>
        <source>error {0}</source>
        <translation>오차 {0}</translation>
    </message>
    <message>
        <source>With h = {0} the difference quotient is {1}, relative error {2}.</source>
        <translation>h = {0}에서 차분 몫은 {1}, 상대 오차 {2}.</translation>
    </message>
    <message>
        <source>{0} at {1}</source>
        <translation>{0} ({1})</translation>
    </message>
    <message>
        <source>Nearest switches: {0}.</source>
        <translation>가까운 전환: {0}.</translation>
    </message>
    <message>
        <source>h = {0}: {1}, error {2}</source>
        <translation>h = {0}: {1}, 오차 {2}</translation>
    </message>
    <message>
        <source>{0} switched</source>
        <translation>{0} 전환</translation>
    </message>
    <message>
        <source>{0} and {1} more switched</source>
        <translation>{0} 외 {1}개 전환</translation>
    </message>
    <message>
        <source>No unit switches inside the interval.</source>
        <translation>구간 안에서 바뀌는 유닛이 없습니다.</translation>
    </message>
    <message>
        <source>{0} units switch inside the interval.</source>
        <translation>구간 안에서 유닛 {0}개가 바뀝니다.</translation>
    </message>
    <message>
        <source>{0} lies on its kink, and {2} more units switch inside the interval.</source>
        <translation>{0}이(가) 꺾인 점에 있고, 구간 안에서 유닛 {2}개가 더 바뀝니다.</translation>
    </message>
    <message>
        <source>{0} lies on its kink.</source>
        <translation>{0}이(가) 꺾인 점에 있습니다.</translation>
    </message>
    <message>
        <source>{0} switched inside the interval, at {1}, and {2} more units.</source>
        <translation>{0}이(가) 구간 안 {1}에서 바뀌었고, 유닛 {2}개가 더 바뀌었습니다.</translation>
    </message>
    <message>
        <source>{0} switched inside the interval, at {1}.</source>
        <translation>{0}이(가) 구간 안 {1}에서 바뀌었습니다.</translation>
    </message>
    <message>
        <source>a ReLU: {0}</source>
        <translation>ReLU: {0}</translation>
    </message>
    <message>
        <source>a max pool: {0}</source>
        <translation>최대 풀링: {0}</translation>
    </message>
    <message>
        <source>an absolute value: {0}</source>
        <translation>절댓값: {0}</translation>
    </message>
    <message>
        <source>mean loss of {1} ranks along {0}, float64</source>
        <translation>{0}에 따른 랭크 {1}개의 평균 손실, float64</translation>
    </message>
    <message>
        <source>loss of rank {1} along {0}, float64</source>
        <translation>{0}에 따른 랭크 {1}의 손실, float64</translation>
    </message>
    <message>
        <source>{1} along {0}, float64</source>
        <translation>{0}을(를) 따라간 {1}, float64</translation>
    </message>
    <message>
        <source>loss along {0}, float64</source>
        <translation>{0}을(를) 바꿀 때의 손실, float64</translation>
    </message>
    <message>
        <source>Of the mean loss of {0} ranks.</source>
        <translation>랭크 {0}개의 평균 손실에 대한 검사입니다.</translation>
    </message>
    <message>
        <source>Of rank {0}’s own loss, not the mean.</source>
        <translation>평균이 아니라 랭크 {0} 자신의 손실에 대한 검사입니다.</translation>
    </message>
    <message>
        <source>float64 {1} · differences {2} (h = {3})</source>
        <translation>float64 {1} · 차분 {2} (h = {3})</translation>
    </message>
    <message>
        <source>backward {0} · float64 {1} · differences {2} (h = {3})</source>
        <translation>backward {0} · float64 {1} · 차분 {2} (h = {3})</translation>
    </message>
    <message>
        <source>The check was cancelled.</source>
        <translation>검사를 취소했습니다.</translation>
    </message>
    <message>
        <source>This recording is no longer held: run the check again.</source>
        <translation>이 기록은 더 이상 보관되어 있지 않습니다. 검사를 다시 실행하세요.</translation>
    </message>
    <message>
        <source>This gradient belongs to no recorded tensor, so there is nothing to vary: choose a weight or an activation.</source>
        <translation>이 변화도는 기록된 텐서의 것이 아니어서 바꾸어 볼 것이 없습니다. 가중치나 활성값을 고르세요.</translation>
    </message>
    <message>
        <source>This is a measure of many numbers: choose one of them to vary it.</source>
        <translation>여러 수를 잰 값입니다: 바꿔 보려면 그중 하나를 고르세요.</translation>
    </message>
    <message>
        <source>torch keeps this number inside an operation, so there is nothing to vary: choose one that it is made of.</source>
        <translation>torch가 연산 안에만 두는 값이라 바꿔 볼 수 없습니다: 이 값을 이루는 수를 고르세요.</translation>
    </message>
    <message>
        <source>This number is a whole one ({0}): it cannot be varied a little.</source>
        <translation>이 수는 정수({0})라서 조금 바꿀 수 없습니다.</translation>
    </message>
    <message>
        <source>With h = {0} this number would not change: choose a larger h.</source>
        <translation>h = {0}으로는 이 수가 바뀌지 않습니다. 더 큰 h를 고르세요.</translation>
    </message>
    <message>
        <source>There is no loss yet: run the loss phase first.</source>
        <translation>아직 손실이 없습니다. 먼저 손실 단계를 실행하세요.</translation>
    </message>
    <message>
        <source>This is the loss itself: it grows as fast as itself, so its gradient is 1.</source>
        <translation>이것은 손실 자신입니다. 자기 자신과 똑같이 커지므로 변화도는 1입니다.</translation>
    </message>
    <message>
        <source>The loss does not depend on this number: its gradient is None.</source>
        <translation>손실이 이 수에 의존하지 않아 변화도가 None입니다.</translation>
    </message>
    <message>
        <source>Only {0} samples of this iteration were recorded, so the loss cannot be computed again: record the iteration whole.</source>
        <translation>이 반복에서는 샘플 {0}개만 기록되어 손실을 다시 계산할 수 없습니다. 반복을 통째로 기록하세요.</translation>
    </message>
    <message>
        <source>{0} cannot be run again: its arguments were not recorded.</source>
        <translation>{0}을(를) 다시 실행할 수 없습니다. 인자가 기록되지 않았습니다.</translation>
    </message>
    <message>
        <source>{0} does not give what was recorded when it is run again.</source>
        <translation>{0}을(를) 다시 실행하면 기록된 것과 다른 값이 나옵니다.</translation>
    </message>
    <message>
        <source>Here the gradient is no finite number: there is nothing to compare.</source>
        <translation>여기서는 변화도가 유한한 수가 아니어서 비교할 것이 없습니다.</translation>
    </message>
    <message>
        <source>Without rounding, the recorded operations have another gradient here. Either rounding decided between equal numbers, as in a max pool, or a tensor was written to in a way that was not recorded.</source>
        <translation>반올림이 없다면 기록된 연산의 변화도가 여기서 다릅니다. 최대 풀링에서처럼 같은 수 사이의 선택이 반올림으로 정해졌거나, 기록되지 않은 방식으로 텐서에 값이 쓰였습니다.</translation>
    </message>
    <message>
        <source>The check failed: {0}: {1}</source>
        <translation>검사 실패: {0}: {1}</translation>
    </message>
    <message>
        <source>This number cannot be checked ({0}).</source>
        <translation>이 수는 검사할 수 없습니다 ({0}).</translation>
    </message>
</context>
<context>
    <name>comparison</name>
    <message>
        <source>before the experiment</source>
        <translation>실험 전</translation>
    </message>
    <message>
        <source>the previous iteration</source>
        <translation>이전 반복</translation>
    </message>
    <message>
        <source>iteration {0:,}</source>
        <translation>반복 {0:,}</translation>
    </message>
</context>
<context>
    <name>counts</name>
    <message>
        <source>{0} of {1} elements of {2}: {3}.</source>
        <translation>{2}의 원소 {1}개 가운데 {0}개: {3}.</translation>
    </message>
    <message>
        <source>The first {0} are listed.</source>
        <translation>처음 {0}개를 보입니다.</translation>
    </message>
    <message>
        <source>{0}: {1}</source>
        <translation>{0}: {1}</translation>
    </message>
</context>
<context>
    <name>curve numbers</name>
    <message>
        <source>{0}, {1}</source>
        <translation>{0}, {1}</translation>
    </message>
    <message>
        <source>iteration {0}</source>
        <translation>반복 {0}</translation>
    </message>
    <message>
        <source>The mean over the validation set with the weights as they were after iteration {0}. The samples browser (Ctrl+D) has each sample&apos;s share for the weights of now.</source>
        <translation>반복 {0} 다음의 가중치로 계산한 검증 집합의 평균입니다. 샘플 탐색기(Ctrl+D)는 지금의 가중치로 계산한 샘플별 값을 보여 줍니다.</translation>
    </message>
    <message>
        <source>w: weight of a batch · x: what the batch had</source>
        <translation>w: 배치의 비중 · x: 배치의 값</translation>
    </message>
    <message>
        <source>The loss as torch computed it. This iteration is not kept, so what it was computed from is gone: choose one that the strip above the timeline shows.</source>
        <translation>torch가 계산한 손실입니다. 이 반복은 보관되지 않아 계산에 쓰인 수가 남아 있지 않습니다. 타임라인 위의 띠에 있는 반복을 고르세요.</translation>
    </message>
    <message>
        <source>Correct answers / all samples of the validation set, with the weights as they were after iteration {0}. The confusion matrix (Ctrl+Shift+D) counts them for the weights of now.</source>
        <translation>반복 {0} 다음의 가중치로 맞힌 수 / 검증 집합 전체입니다. 혼동 행렬(Ctrl+Shift+D)은 지금의 가중치로 셉니다.</translation>
    </message>
    <message>
        <source>iteration {0}, weight {1}</source>
        <translation>반복 {0}, 비중 {1}</translation>
    </message>
    <message>
        <source>The mean of all batches up to this one; each has {0} % less weight than the next. The newest are listed.</source>
        <translation>이 배치까지 모든 배치의 평균입니다. 각 배치의 비중은 다음 배치보다 {0} % 작습니다. 최근 것만 적혀 있습니다.</translation>
    </message>
    <message>
        <source>{0}: {1} of {2} correct</source>
        <translation>{0}: {2}개 중 {1}개 맞음</translation>
    </message>
</context>
<context>
    <name>data sets</name>
    <message>
        <source>70,000 pictures of clothes and shoes, in four files (31 MB)</source>
        <translation>옷과 신발 사진 70,000장, 파일 네 개 (31 MB)</translation>
    </message>
    <message>
        <source>The folder with Fashion-MNIST&apos;s four files</source>
        <translation>Fashion-MNIST의 파일 네 개가 있는 폴더</translation>
    </message>
    <message>
        <source>Image folder</source>
        <translation>이미지 폴더</translation>
    </message>
    <message>
        <source>PNG and JPEG images in subfolders named 0 to 9</source>
        <translation>0~9라는 이름의 하위 폴더에 있는 PNG, JPEG 이미지</translation>
    </message>
    <message>
        <source>Open a folder with subfolders 0 to 9 of images</source>
        <translation>이미지가 든 하위 폴더 0~9가 있는 폴더 열기</translation>
    </message>
    <message>
        <source>70,000 handwritten digits, in four files (12 MB)</source>
        <translation>손글씨 숫자 70,000개, 파일 네 개 (12 MB)</translation>
    </message>
    <message>
        <source>The folder with MNIST&apos;s four files</source>
        <translation>MNIST의 파일 네 개가 있는 폴더</translation>
    </message>
    <message>
        <source>Random input</source>
        <translation>무작위 입력</translation>
    </message>
    <message>
        <source>One batch of random images and random targets, as in PyTorch&apos;s tutorial</source>
        <translation>PyTorch 튜토리얼처럼 무작위 이미지와 무작위 목표로 된 배치 하나</translation>
    </message>
    <message>
        <source>Digits (built in)</source>
        <translation>숫자 (내장)</translation>
    </message>
    <message>
        <source>120,000 digits, drawn on this computer</source>
        <translation>이 컴퓨터에서 그린 숫자 120,000개</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source>loss must be one of {0}, not {1}.</source>
        <translation>loss는 {0} 중 하나여야 합니다. {1}은(는) 아닙니다.</translation>
    </message>
    <message>
        <source>data must be {0} or a torch Dataset, not {1}.</source>
        <translation>data는 {0} 중 하나이거나 torch Dataset이어야 합니다. {1}은(는) 아닙니다.</translation>
    </message>
    <message>
        <source>Fashion-MNIST needs the folder that holds its four files: give its path.</source>
        <translation>Fashion-MNIST에는 파일 네 개가 있는 폴더가 필요합니다. 그 경로를 주세요.</translation>
    </message>
    <message>
        <source>A folder of images has subfolders 0 to 9: give its path.</source>
        <translation>이미지 폴더에는 하위 폴더 0~9가 있어야 합니다. 그 경로를 주세요.</translation>
    </message>
    <message>
        <source>MNIST needs the folder that holds its four files: give its path.</source>
        <translation>MNIST에는 파일 네 개가 있는 폴더가 필요합니다. 그 경로를 주세요.</translation>
    </message>
    <message>
        <source>{0} {1}</source>
        <translation>{0} {1}</translation>
    </message>
    <message>
        <source>The folder {0} cannot be written: {1}. Make room or give yourself access there and download again, or choose a folder with {2}&apos;s files.</source>
        <translation>폴더 {0}에 쓸 수 없습니다: {1}. 공간을 비우거나 권한을 얻어 다시 내려받거나, {2} 파일이 있는 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{0} could not be downloaded: {1}. Check the network and download again, or choose a folder with {2}&apos;s files.</source>
        <translation>{0}을(를) 내려받지 못했습니다: {1}. 네트워크를 확인하고 다시 내려받거나, {2} 파일이 있는 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>sent a file with a wrong checksum</source>
        <translation>체크섬이 틀린 파일을 보냈습니다</translation>
    </message>
    <message>
        <source>sent far more than this file holds</source>
        <translation>이 파일의 크기보다 훨씬 많이 보냈습니다</translation>
    </message>
    <message>
        <source>answered {0}</source>
        <translation>{0}(으)로 응답했습니다</translation>
    </message>
    <message>
        <source>did not answer for {0} seconds</source>
        <translation>{0}초 동안 응답하지 않았습니다</translation>
    </message>
    <message>
        <source>cut the connection</source>
        <translation>연결을 끊었습니다</translation>
    </message>
    <message>
        <source>could not be reached</source>
        <translation>연결할 수 없습니다</translation>
    </message>
    <message>
        <source>{0} is not a file. Choose an image.</source>
        <translation>{0}은(는) 파일이 아닙니다. 이미지를 고르세요.</translation>
    </message>
    <message>
        <source>{0} cannot be read: {1}. Check that it is there and that you may read it.</source>
        <translation>{0}을(를) 읽을 수 없습니다: {1}. 거기에 있는지, 읽을 권한이 있는지 확인하세요.</translation>
    </message>
    <message>
        <source>{0} is all of one colour. Choose an image with a digit in it.</source>
        <translation>{0}은(는) 모두 한 가지 색입니다. 숫자가 있는 이미지를 고르세요.</translation>
    </message>
    <message>
        <source>{0} is not a PNG or JPEG image. Choose one that is.</source>
        <translation>{0}은(는) PNG나 JPEG 이미지가 아닙니다. 그런 이미지를 고르세요.</translation>
    </message>
    <message>
        <source>{0} is damaged or incomplete: {1}. Choose another image.</source>
        <translation>{0}이(가) 손상되었거나 불완전합니다: {1}. 다른 이미지를 고르세요.</translation>
    </message>
    <message>
        <source>{0} is incomplete: its header promises {1} by {2} pixels in {3} bytes. Choose another image.</source>
        <translation>{0}이(가) 불완전합니다. 헤더에는 {3}바이트에 {1}×{2} 픽셀이라고 되어 있습니다. 다른 이미지를 고르세요.</translation>
    </message>
    <message>
        <source>{0} has more than {1} million pixels. Make it smaller first.</source>
        <translation>{0}은(는) {1}백만 픽셀이 넘습니다. 먼저 작게 줄이세요.</translation>
    </message>
    <message>
        <source>{0} is not a folder. Choose one with subfolders 0 to 9.</source>
        <translation>{0}은(는) 폴더가 아닙니다. 하위 폴더 0~9가 있는 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{0} has no subfolder named 0 to 9. Put the images of each digit into a subfolder of its name.</source>
        <translation>{0}에는 0~9라는 이름의 하위 폴더가 없습니다. 각 숫자의 이미지를 그 이름의 하위 폴더에 넣으세요.</translation>
    </message>
    <message>
        <source>The subfolders 0 to 9 of {0} hold {1} PNG and JPEG files, not 1 to {2}. Choose another folder.</source>
        <translation>{0}의 하위 폴더 0~9에 PNG, JPEG 파일이 {1}개 있습니다. 1개에서 {2}개까지 됩니다. 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{0} is not a folder. Choose the one with {1}&apos;s four files.</source>
        <translation>{0}은(는) 폴더가 아닙니다. {1}의 파일 네 개가 있는 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{0} holds {1} images, but {2} {3} labels. Take both files from the same source.</source>
        <translation>{0}에는 이미지가 {1}개, {2}에는 레이블이 {3}개 있습니다. 두 파일을 같은 곳에서 가져오세요.</translation>
    </message>
    <message>
        <source>{0} holds the label {1}, not only 0 to 9. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}에 0부터 9가 아닌 레이블 {1}이(가) 있습니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} is not a file. Put the data set&apos;s file in its place.</source>
        <translation>{0}은(는) 파일이 아닙니다. 그 자리에 데이터 세트의 파일을 두세요.</translation>
    </message>
    <message>
        <source>{0} is missing, and so is {1}. Put it there, or choose the folder that holds it.</source>
        <translation>{0}이(가) 없고 {1}도 없습니다. 거기에 두거나 그것이 있는 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{0} is not a complete gzip file: {1}. Replace it.</source>
        <translation>{0}은(는) 완전한 gzip 파일이 아닙니다: {1}. 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} ends after {1} of the {2} bytes its header names. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}은(는) 헤더에 적힌 {2}바이트 가운데 {1}바이트에서 끝납니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} goes on after the {1} bytes its header names. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}은(는) 헤더에 적힌 {1}바이트 뒤에도 내용이 더 있습니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} is empty. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}이(가) 비어 있습니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} starts with the bytes {1}, not as IDX files do. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}은(는) {1} 바이트로 시작하며, IDX 파일의 시작이 아닙니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} holds values of type code {1}, not unsigned bytes (8). Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}의 값은 형식 코드 {1}이며, 부호 없는 바이트(8)가 아닙니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} has {1} dimensions instead of {2}. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}은(는) {2}차원이 아니라 {1}차원입니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} ends inside its header. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}은(는) 헤더 중간에서 끝납니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} promises {1} samples, not 1 to {2}. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}의 헤더에는 표본이 {1}개로 적혀 있으며, 1개에서 {2}개 사이가 아닙니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>{0} holds images of {1} pixels, not 28x28. Replace it by the data set&apos;s file of that name.</source>
        <translation>{0}에는 28x28이 아니라 {1} 픽셀 이미지가 있습니다. 데이터 세트의 같은 이름 파일로 바꾸세요.</translation>
    </message>
    <message>
        <source>A drawing has 2 dimensions (height, width), not {0}.</source>
        <translation>그림은 2차원(높이, 너비)이어야 합니다. {0}차원은 안 됩니다.</translation>
    </message>
    <message>
        <source>A drawing has at least one pixel; this one is {0}.</source>
        <translation>그림에는 픽셀이 하나 이상 있어야 합니다. 이것은 {0}입니다.</translation>
    </message>
    <message>
        <source>A drawing holds real numbers, not {0}.</source>
        <translation>그림은 실수로 되어 있어야 합니다. {0}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>A drawing holds finite numbers only; this one has NaN or infinity.</source>
        <translation>그림은 유한한 수로만 되어 있어야 합니다. 이것에는 NaN이나 무한대가 있습니다.</translation>
    </message>
    <message>
        <source>{0} is not a readable file: choose another one.</source>
        <translation>{0}은(는) 읽을 수 있는 파일이 아닙니다. 다른 것을 고르세요.</translation>
    </message>
    <message>
        <source>There is no permission for {0}: choose another folder or file.</source>
        <translation>{0}에 대한 권한이 없습니다. 다른 폴더나 파일을 고르세요.</translation>
    </message>
    <message>
        <source>The disk is full: make room, or choose a folder on another disk.</source>
        <translation>디스크가 가득 찼습니다. 공간을 비우거나 다른 디스크의 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>Your disk quota is used up: make room, or choose another folder.</source>
        <translation>디스크 할당량을 다 썼습니다. 공간을 비우거나 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{1} is too large for this disk: choose a folder on another one.</source>
        <translation>{1}은(는) 이 디스크에 너무 큽니다. 다른 디스크의 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>The folder {2} is read-only: choose another one.</source>
        <translation>폴더 {2}은(는) 읽기 전용입니다. 다른 것을 고르세요.</translation>
    </message>
    <message>
        <source>{0} does not exist: choose another folder or file.</source>
        <translation>{0}이(가) 없습니다. 다른 폴더나 파일을 고르세요.</translation>
    </message>
    <message>
        <source>{2} is not a folder: choose another one.</source>
        <translation>{2}은(는) 폴더가 아닙니다. 다른 것을 고르세요.</translation>
    </message>
    <message>
        <source>{0} is a folder: choose a file, or another name.</source>
        <translation>{0}은(는) 폴더입니다. 파일이나 다른 이름을 고르세요.</translation>
    </message>
    <message>
        <source>The name {1} is too long: choose a shorter one.</source>
        <translation>이름 {1}이(가) 너무 깁니다. 더 짧은 이름을 고르세요.</translation>
    </message>
    <message>
        <source>The folder {2} does not exist: make it, or choose another one.</source>
        <translation>{2} 폴더가 없습니다. 폴더를 만들거나 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{0} cannot be used ({3}): choose another folder or file.</source>
        <translation>{0}을(를) 쓸 수 없습니다 ({3}). 다른 폴더나 파일을 고르세요.</translation>
    </message>
    <message>
        <source>input_form must be one of {0}, not {1}.</source>
        <translation>input_form은 {0} 중 하나여야 합니다. {1}은(는) 아닙니다.</translation>
    </message>
    <message>
        <source>schedule must be one of {0}, not {1}.</source>
        <translation>schedule은 {0} 중 하나여야 합니다. {1}은(는) 아닙니다.</translation>
    </message>
    <message>
        <source>The options of a schedule are named, not {0}.</source>
        <translation>스케줄의 옵션은 이름으로 줍니다. {0}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>The schedule {0} does not take {1}; its options: {2}.</source>
        <translation>스케줄 {0}은(는) {1}을(를) 받지 않습니다. 옵션: {2}.</translation>
    </message>
    <message>
        <source>gamma must be a number from 0 up, not {0}.</source>
        <translation>gamma는 0 이상의 수여야 합니다. {0}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>{0} must be a whole number from 1 up, not {1}.</source>
        <translation>{0}은(는) 1 이상의 정수여야 합니다. {1}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>What was before iteration {0} is not known in a run that was opened from a file: continue from a later iteration.</source>
        <translation>파일에서 연 실행에서는 반복 {0} 이전이 어땠는지 알 수 없습니다. 더 뒤의 반복에서 계속하세요.</translation>
    </message>
    <message>
        <source>The data set is empty: give one with at least one sample.</source>
        <translation>데이터 세트가 비어 있습니다. 샘플이 하나 이상 있는 것을 주세요.</translation>
    </message>
    <message>
        <source>batch_size must be at least 1, not {0}.</source>
        <translation>batch_size는 1 이상이어야 합니다. {0}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>lr must be a finite number from 0 up, not {0}.</source>
        <translation>lr은 0 이상의 유한한 수여야 합니다. {0}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>optimizer must be one of {0}, not {1}.</source>
        <translation>optimizer는 {0} 중 하나여야 합니다. {1}은(는) 아닙니다.</translation>
    </message>
    <message>
        <source>{0} takes no options, not {1}.</source>
        <translation>{0}은(는) 옵션을 받지 않습니다. {1}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>{0} does not take these options: {1}.</source>
        <translation>{0}은(는) 이 옵션을 받지 않습니다: {1}.</translation>
    </message>
    <message>
        <source>Random data has no labels to train on: choose other data.</source>
        <translation>무작위 데이터에는 학습할 레이블이 없습니다. 다른 데이터를 고르세요.</translation>
    </message>
    <message>
        <source>With {0} there is no label, so the network cannot train on a drawing: choose another loss.</source>
        <translation>{0}에는 레이블이 없어 신경망이 그림으로 학습할 수 없습니다. 다른 손실을 고르세요.</translation>
    </message>
    <message>
        <source>The newest iteration was not on a drawing, so there is nothing to undo: to go back farther, show an iteration and choose Continue from here.</source>
        <translation>가장 최근 반복은 그림으로 한 것이 아니어서 되돌릴 것이 없습니다. 더 뒤로 가려면 반복을 보며 여기서 계속을 고르세요.</translation>
    </message>
    <message>
        <source>There is no drawing yet: draw a digit on the pad first.</source>
        <translation>아직 그림이 없습니다. 먼저 판에 숫자를 그리세요.</translation>
    </message>
    <message>
        <source>The drawing has no label yet: choose its label first.</source>
        <translation>그림에 아직 레이블이 없습니다. 먼저 레이블을 고르세요.</translation>
    </message>
    <message>
        <source>There is no backward to change yet: press F11 to run an iteration.</source>
        <translation>바꿀 backward가 아직 없습니다. F11을 눌러 반복을 실행하세요.</translation>
    </message>
    <message>
        <source>This is too much for one file: {0} bytes of JSON.</source>
        <translation>한 파일에 담기에 너무 많습니다: JSON {0}바이트.</translation>
    </message>
    <message>
        <source>{0} is not a backprop_viz {1}: choose another file.</source>
        <translation>{0}은(는) backprop_viz의 {1} 파일이 아닙니다. 다른 파일을 고르세요.</translation>
    </message>
    <message>
        <source>{0} was saved by a newer backprop_viz: update the program to open it.</source>
        <translation>{0}은(는) 더 새로운 backprop_viz가 저장했습니다. 열려면 프로그램을 업데이트하세요.</translation>
    </message>
    <message>
        <source>{0} was saved by an older backprop_viz: open it with that one.</source>
        <translation>{0}은(는) 더 오래된 backprop_viz가 저장했습니다. 그 버전으로 여세요.</translation>
    </message>
    <message>
        <source>{0} is damaged or incomplete: choose another copy of it.</source>
        <translation>{0}이(가) 손상되었거나 불완전합니다. 다른 사본을 고르세요.</translation>
    </message>
    <message>
        <source>{0} cannot be saved: {1}.</source>
        <translation>{0}을(를) 저장할 수 없습니다: {1}.</translation>
    </message>
    <message>
        <source>{0} cannot be opened: the code of its network fails ({1}); choose another file.</source>
        <translation>{0} 파일을 열 수 없습니다. 신경망의 코드가 실패합니다({1}). 다른 파일을 고르세요.</translation>
    </message>
    <message>
        <source>{0} cannot be opened. {1}</source>
        <translation>{0}을(를) 열 수 없습니다. {1}</translation>
    </message>
    <message>
        <source>{0} cannot be opened: its parts do not fit together ({1}: {2}); choose another file.</source>
        <translation>{0}을(를) 열 수 없습니다. 내용이 서로 맞지 않습니다 ({1}: {2}). 다른 파일을 고르세요.</translation>
    </message>
    <message>
        <source>Its {0} optimizer has no {1}.</source>
        <translation>그 {0} 옵티마이저에 {1}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>{0} cannot be opened: {1}; choose another file.</source>
        <translation>{0}을(를) 열 수 없습니다: {1}. 다른 파일을 고르세요.</translation>
    </message>
    <message>
        <source>{0} holds no weights that can be read safely: choose a .safetensors file, or a state_dict that torch.save wrote.</source>
        <translation>{0}에는 안전하게 읽을 수 있는 가중치가 없습니다. .safetensors 파일이나 torch.save로 쓴 state_dict를 고르세요.</translation>
    </message>
    <message>
        <source>{0} has an unknown format: choose .safetensors or .pt.</source>
        <translation>{0}의 형식을 알 수 없습니다. .safetensors나 .pt를 고르세요.</translation>
    </message>
    <message>
        <source>{0} belongs to another network (it differs in {1}): choose weights of this one.</source>
        <translation>{0}은(는) 다른 신경망의 것입니다({1}이(가) 다름). 이 신경망의 가중치를 고르세요.</translation>
    </message>
    <message>
        <source>{0} in {1} is not a tensor: choose weights of this network.</source>
        <translation>{1}의 {0}은(는) 텐서가 아닙니다. 이 신경망의 가중치를 고르세요.</translation>
    </message>
    <message>
        <source>{0} in {1} is {2}, and in this network {3}: choose weights of this network.</source>
        <translation>{1}의 {0}은(는) {2}이고 이 신경망에서는 {3}입니다. 이 신경망의 가중치를 고르세요.</translation>
    </message>
    <message>
        <source>An unfinished iteration cannot be saved: press F11 to finish it, then save.</source>
        <translation>끝나지 않은 반복은 저장할 수 없습니다. F11로 끝낸 뒤 저장하세요.</translation>
    </message>
    <message>
        <source>A script&apos;s run has no {0}: the script decides.</source>
        <translation>스크립트의 실행에는 {0}이(가) 없습니다. 스크립트가 정합니다.</translation>
    </message>
    <message>
        <source>{0} is not a recording: choose a .bprec file.</source>
        <translation>{0}은(는) 기록이 아닙니다. .bprec 파일을 고르세요.</translation>
    </message>
    <message>
        <source>{0} was written by a newer version of backprop_viz: update the program.</source>
        <translation>{0}은(는) 더 새로운 backprop_viz가 썼습니다. 프로그램을 업데이트하세요.</translation>
    </message>
    <message>
        <source>The recording of iteration {0} in {1} is damaged ({2}): choose another one.</source>
        <translation>{1}에 있는 반복 {0}의 기록이 손상되었습니다({2}). 다른 것을 고르세요.</translation>
    </message>
    <message>
        <source>{0} is on another machine, where a file cannot be thinned: leave out bytes_in_all.</source>
        <translation>{0}는 다른 컴퓨터에 있어 파일을 솎아 낼 수 없습니다. bytes_in_all을 빼세요.</translation>
    </message>
    <message>
        <source>A bound of {0} bytes is not possible: give a number above 0, or None for no bound.</source>
        <translation>{0}바이트는 한도가 될 수 없습니다. 0보다 큰 수를 주거나, 한도가 없으면 None을 주세요.</translation>
    </message>
    <message>
        <source>model must be a torch.nn.Module, or a list or dict of several, or the tensors that the loop trains.</source>
        <translation>model은 torch.nn.Module 하나나 여럿의 목록 또는 사전, 아니면 루프가 학습하는 텐서여야 합니다.</translation>
    </message>
    <message>
        <source>optimizer must be a torch.optim.Optimizer, or several.</source>
        <translation>optimizer는 torch.optim.Optimizer 하나 또는 여럿이어야 합니다.</translation>
    </message>
    <message>
        <source>{0} is the class {1}: give an instance of it, as in {1}(...).</source>
        <translation>{0}이(가) 클래스 {1}입니다. {1}(...)처럼 그 인스턴스를 주세요.</translation>
    </message>
    <message>
        <source>every must be a whole number from 1 up, not {0}.</source>
        <translation>every는 1 이상이어야 합니다. {0}은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>keep must be one of {0}, not {1}.</source>
        <translation>keep은 {0} 중 하나여야 합니다. {1}은(는) 아닙니다.</translation>
    </message>
    <message>
        <source>A window shows no health: give a file with to=.</source>
        <translation>창은 health를 보여 주지 않습니다. to=로 파일을 주세요.</translation>
    </message>
    <message>
        <source>There is no display to open a window on. bv.watch(..., to=&apos;run.bprec&apos;) writes a file, and to=&apos;tcp://127.0.0.1:5005&apos; lets a window attach from elsewhere; bv.show(model, x) shows one iteration in the notebook.</source>
        <translation>창을 열 화면이 없습니다. bv.watch(..., to=&apos;run.bprec&apos;)는 파일에 쓰고, to=&apos;tcp://127.0.0.1:5005&apos;는 다른 곳에서 창이 연결하게 합니다. bv.show(model, x)는 반복 하나를 노트북 안에 보여 줍니다.</translation>
    </message>
    <message>
        <source>tls://HOST:PORT and certificate= belong together.</source>
        <translation>tls://HOST:PORT와 certificate=는 함께 써야 합니다.</translation>
    </message>
    <message>
        <source>The output of {0}, {1}, was changed in place, but {2} needs it as it was.</source>
        <translation>{0}의 출력 {1}이(가) 제자리에서 바뀌었지만, {2}에는 바뀌기 전 값이 필요합니다.</translation>
    </message>
    <message>
        <source>{0}, {1}, was changed after forward had used it, but {2} needs it as it was.</source>
        <translation>순전파가 쓴 뒤에 {0}, {1}이(가) 바뀌었지만, {2}에는 바뀌기 전 값이 필요합니다.</translation>
    </message>
    <message>
        <source>Backward came to {0} a second time; the first backward freed what it had saved.</source>
        <translation>backward가 {0}에 두 번째로 왔습니다. 첫 backward가 저장해 둔 것을 해제했습니다.</translation>
    </message>
    <message>
        <source>{0} would change {1}, {2}, in place: a leaf that requires a gradient.</source>
        <translation>{0}이(가) {1}, {2}을(를) 제자리에서 바꾸려 합니다. 변화도가 필요한 leaf입니다.</translation>
    </message>
    <message>
        <source>Backward starts from the output of {0}, {1}, which has no graph: {2} cut it off.</source>
        <translation>backward가 {0}의 출력 {1}에서 시작하지만 그래프가 없습니다. {2}이(가) 끊었습니다.</translation>
    </message>
    <message>
        <source>Backward starts from the output of {0}, {1}, which has no graph: {2} ran under torch.no_grad().</source>
        <translation>backward가 {0}의 출력 {1}에서 시작하지만 그래프가 없습니다. {2}이(가) torch.no_grad() 안에서 실행되었습니다.</translation>
    </message>
    <message>
        <source>Backward starts from the output of {0}, {1}, which has no graph: {2} gives whole numbers, which have no gradient.</source>
        <translation>backward가 {0}의 출력 {1}에서 시작하지만 그래프가 없습니다. {2}의 결과는 정수라서 변화도가 없습니다.</translation>
    </message>
    <message>
        <source>There is no graph to go back through: no parameter of the model requires a gradient (requires_grad is False for each).</source>
        <translation>거슬러 갈 그래프가 없습니다. 모델의 어떤 매개변수도 변화도를 요구하지 않습니다 (모두 requires_grad가 False입니다).</translation>
    </message>
    <message>
        <source>Set at {0}.</source>
        <translation>{0}에서 정해졌습니다.</translation>
    </message>
    <message>
        <source>Backward starts from the output of {0}, {1}, which has no graph: nothing that it was made from requires a gradient.</source>
        <translation>backward가 {0}의 출력 {1}에서 시작하지만 그래프가 없습니다. 그것을 만든 어떤 것도 변화도가 필요하지 않습니다.</translation>
    </message>
    <message>
        <source>Backward starts from a tensor, {0}, which has no graph: it was detached, computed under torch.no_grad(), or made from nothing that requires a gradient.</source>
        <translation>backward가 그래프가 없는 tensor({0})에서 시작합니다. detach되었거나 torch.no_grad() 아래에서 계산되었거나, 변화도가 필요한 것으로부터 만들어지지 않았습니다.</translation>
    </message>
    <message>
        <source>Backward starts from the output of {0}, {1}: torch does not know how much each of its numbers counts.</source>
        <translation>backward가 {0}의 출력({1})에서 시작합니다. 그 수 하나하나를 얼마나 중요하게 칠지 torch는 알지 못합니다.</translation>
    </message>
    <message>
        <source>Backward starts from the output of {0}, {1}, and was given a gradient of another shape.</source>
        <translation>backward가 {0}의 출력({1})에서 시작하는데, 주어진 변화도의 shape이 다릅니다.</translation>
    </message>
    <message>
        <source>{0} was given {1}.</source>
        <translation>{0}에 {1}이(가) 주어졌습니다.</translation>
    </message>
    <message>
        <source>{0} is the first node that sent NaN back.</source>
        <translation>{0}이(가) NaN을 처음으로 뒤로 보낸 노드입니다.</translation>
    </message>
    <message>
        <source>Its indices go from {0} to {1}, but only 0 to {2} exist.</source>
        <translation>인덱스가 {0}부터 {1}까지인데, 0부터 {2}까지만 있습니다.</translation>
    </message>
    <message>
        <source>The {0} was made at {1} by {2}.</source>
        <translation>{0}은(는) {1}에서 {2}이(가) 만들었습니다.</translation>
    </message>
    <message>
        <source>Made at {0} by {1}.</source>
        <translation>{0}에서 {1}이(가) 만들었습니다.</translation>
    </message>
    <message>
        <source>Used at {0} by {1}.</source>
        <translation>{0}에서 {1}이(가) 썼습니다.</translation>
    </message>
    <message>
        <source>Changed at {0} by {1}.</source>
        <translation>{0}에서 {1}이(가) 바꾸었습니다.</translation>
    </message>
    <message>
        <source>Cut off at {0} by {1}.</source>
        <translation>{0}에서 {1}이(가) 끊었습니다.</translation>
    </message>
    <message>
        <source>The graph was made in an earlier iteration.</source>
        <translation>그래프는 더 이전 반복에서 만들어졌습니다.</translation>
    </message>
    <message>
        <source>The graph was made in the iteration before.</source>
        <translation>그래프는 바로 이전 반복에서 만들어졌습니다.</translation>
    </message>
    <message>
        <source>The graph was made {0} iterations ago.</source>
        <translation>그래프는 {0}번의 반복 전에 만들어졌습니다.</translation>
    </message>
    <message>
        <source>This iteration came to it at {0}, by {1}.</source>
        <translation>이 반복은 {0}에서 {1}(으)로 거기에 이르렀습니다.</translation>
    </message>
    <message>
        <source>Raised at {0}.</source>
        <translation>{0}에서 발생했습니다.</translation>
    </message>
    <message>
        <source>What ran of the iteration until then is recorded.</source>
        <translation>그때까지 반복에서 실행된 것은 기록되어 있습니다.</translation>
    </message>
    <message>
        <source>Run every backward that needs the old weights before the step, or forward again.</source>
        <translation>옛 가중치가 필요한 backward를 모두 갱신 전에 실행하거나, 순전파를 다시 하세요.</translation>
    </message>
    <message>
        <source>Detach what goes from one iteration to the next: h = h.detach().</source>
        <translation>다음 반복으로 넘어가는 것을 떼어 내세요: h = h.detach().</translation>
    </message>
    <message>
        <source>Make a new tensor (x = x + y, not x += y), or change a clone().</source>
        <translation>새 텐서를 만들거나(x += y 대신 x = x + y), clone()을 바꾸세요.</translation>
    </message>
    <message>
        <source>Compute the loss again, or call the first backward(retain_graph=True).</source>
        <translation>손실을 다시 계산하거나, 첫 backward(retain_graph=True)로 부르세요.</translation>
    </message>
    <message>
        <source>Change it under torch.no_grad().</source>
        <translation>torch.no_grad() 안에서 바꾸세요.</translation>
    </message>
    <message>
        <source>Keep away from where the slope has no limit, as that of sqrt at 0; torch.where after it does not help: 0 times Inf is NaN.</source>
        <translation>0에서의 sqrt처럼 변화도에 극한이 없는 곳을 피하세요. 그 뒤의 torch.where는 도움이 되지 않습니다. 0 곱하기 Inf는 NaN입니다.</translation>
    </message>
    <message>
        <source>Make one number of it, as a loss does, or give backward() a gradient of its shape.</source>
        <translation>손실처럼 수 하나로 만들거나, backward()에 같은 shape의 변화도를 주세요.</translation>
    </message>
    <message>
        <source>Give backward() a gradient of the shape that its tensor has.</source>
        <translation>backward()에 Tensor와 같은 shape의 변화도를 주세요.</translation>
    </message>
    <message>
        <source>Give a recording of each of two ranks.</source>
        <translation>두 랭크 각각의 기록을 주세요.</translation>
    </message>
    <message>
        <source>These are different iterations: {0} and {1}.</source>
        <translation>서로 다른 반복입니다: {0}와(과) {1}.</translation>
    </message>
    <message>
        <source>These ranks train different networks.</source>
        <translation>이 랭크들은 서로 다른 신경망을 학습합니다.</translation>
    </message>
    <message>
        <source>A recording is shown as it is: give nothing else.</source>
        <translation>기록은 있는 그대로 보여 줍니다. 다른 인자는 주지 마세요.</translation>
    </message>
    <message>
        <source>show takes a model, tensors that train or a recording, not {0}.</source>
        <translation>show에는 모델이나 훈련되는 Tensor, 또는 기록을 줍니다. {0}은(는) 그런 것이 아닙니다.</translation>
    </message>
    <message>
        <source>Give the inputs of the model, as in show(model, x).</source>
        <translation>show(model, x)처럼 모델의 입력을 주세요.</translation>
    </message>
    <message>
        <source>The model has lazy layers, which have no weights yet: call it once before.</source>
        <translation>모델에 아직 가중치가 없는 lazy 층이 있습니다. 먼저 한 번 호출하십시오.</translation>
    </message>
    <message>
        <source>loss must be something to call, such as F.cross_entropy, not {0}.</source>
        <translation>loss는 {0}이(가) 아니라 F.cross_entropy처럼 호출할 수 있는 것이어야 합니다.</translation>
    </message>
    <message>
        <source>Give what computes a number from the tensors, as in show([w], x, loss=lambda x: (x @ w).square().mean()).</source>
        <translation>Tensor들로부터 하나의 수를 계산하는 함수를 주세요. 예: show([w], x, loss=lambda x: (x @ w).square().mean()).</translation>
    </message>
    <message>
        <source>Backward starts from one number, not from {0}: give a loss, as in show(model, x, loss=F.cross_entropy, target=y).</source>
        <translation>backward는 수 하나에서 시작합니다. {0}에서는 시작할 수 없습니다. 손실을 주세요: show(model, x, loss=F.cross_entropy, target=y).</translation>
    </message>
    <message>
        <source>Cannot listen at {0}: {1}.</source>
        <translation>{0}에서 연결을 기다릴 수 없습니다: {1}.</translation>
    </message>
    <message>
        <source>Nothing answers at {0}: {1}.</source>
        <translation>{0}에서 응답이 없습니다: {1}.</translation>
    </message>
    <message>
        <source>The other side is not backprop_viz.</source>
        <translation>상대가 backprop_viz가 아닙니다.</translation>
    </message>
    <message>
        <source>The token does not match: copy the script&apos;s token file to this machine.</source>
        <translation>토큰이 다릅니다. 스크립트의 토큰 파일을 이 컴퓨터로 복사하세요.</translation>
    </message>
    <message>
        <source>The other side has refused the connection.</source>
        <translation>상대가 연결을 거부했습니다.</translation>
    </message>
    <message>
        <source>The token in {0} cannot be read: {1}.</source>
        <translation>{0}의 토큰을 읽을 수 없습니다: {1}.</translation>
    </message>
    <message>
        <source>The token in {0} is too short: copy the script&apos;s token file here, or, where the script runs, delete the file for another one to be made.</source>
        <translation>{0}의 토큰이 너무 짧습니다. 스크립트의 토큰 파일을 여기로 복사하거나, 스크립트가 실행되는 곳에서는 파일을 지워 새로 만들게 하세요.</translation>
    </message>
    <message>
        <source>The run&apos;s path, as far as it is kept, is too short to have two main directions: train some iterations first.</source>
        <translation>저장된 만큼의 경로가 너무 짧아 두 주방향을 구할 수 없습니다. 먼저 몇 번 더 학습하십시오.</translation>
    </message>
    <message>
        <source>The weights of these iterations are the same: choose others.</source>
        <translation>이 반복들의 가중치가 서로 같습니다. 다른 반복을 고르세요.</translation>
    </message>
    <message>
        <source>model is the class {0}: write model = {0}().</source>
        <translation>model이 클래스 {0}입니다. model = {0}()라고 쓰세요.</translation>
    </message>
    <message>
        <source>model is {0}, and not a torch.nn.Module.</source>
        <translation>model이 torch.nn.Module이 아니라 {0}입니다.</translation>
    </message>
    <message>
        <source>inputs is {0}, and not a tensor, a tuple of arguments or a dict of them.</source>
        <translation>inputs가 tensor나 인자의 tuple 또는 dict가 아니라 {0}입니다.</translation>
    </message>
    <message>
        <source>model has no parameter that requires a gradient, so nothing is trained.</source>
        <translation>model에 변화도가 필요한 매개변수가 없어 학습할 것이 없습니다.</translation>
    </message>
    <message>
        <source>optimizer is {0}, and not a torch.optim.Optimizer.</source>
        <translation>optimizer가 torch.optim.Optimizer가 아니라 {0}입니다.</translation>
    </message>
    <message>
        <source>{0} makes no model: write model = Net(), for example.</source>
        <translation>{0}에 model이 없습니다. 예를 들어 model = Net()이라고 쓰십시오.</translation>
    </message>
    <message>
        <source>{0} makes no inputs: write inputs = torch.randn(8, 3), for example.</source>
        <translation>{0}에 inputs가 없습니다. 예를 들어 inputs = torch.randn(8, 3)이라고 쓰십시오.</translation>
    </message>
    <message>
        <source>{0} makes no loss: write loss = nn.CrossEntropyLoss(), for example.</source>
        <translation>{0}에 loss가 없습니다. 예를 들어 loss = nn.CrossEntropyLoss()라고 쓰십시오.</translation>
    </message>
    <message>
        <source>{0} has a loop of its own: run it by backprop-viz run {0}, which shows that.</source>
        <translation>{0}에는 자체 학습 루프가 있습니다. backprop-viz run {0}으로 실행하면 그 루프가 보입니다.</translation>
    </message>
    <message>
        <source>{0} makes no model, but {1}: write model = {1}.</source>
        <translation>{0}은(는) model이 아니라 {1}을(를) 만듭니다. model = {1}이라고 쓰세요.</translation>
    </message>
    <message>
        <source>{0} makes several models ({1}), and none is called model: say which one.</source>
        <translation>{0}은(는) 모델을 여러 개({1}) 만들지만 model이라는 이름이 없습니다. 어느 것인지 정하세요.</translation>
    </message>
    <message>
        <source>{0} makes no model of its class: write model = {1}().</source>
        <translation>{0}은(는) 클래스로 모델을 만들지 않습니다. model = {1}()라고 쓰세요.</translation>
    </message>
    <message>
        <source>loss is {0}, which torch.nn.functional does not have.</source>
        <translation>loss가 {0}인데, torch.nn.functional에는 없습니다.</translation>
    </message>
    <message>
        <source>loss is {0}; it must be a function or module that computes it, such as nn.MSELoss().</source>
        <translation>loss가 {0}입니다. nn.MSELoss()처럼 손실을 계산하는 것이어야 합니다.</translation>
    </message>
    <message>
        <source>With {0} there is no loss to evaluate: choose another loss.</source>
        <translation>{0}에는 계산할 손실이 없습니다. 다른 손실을 고르세요.</translation>
    </message>
    <message>
        <source>There is no network here: write class Net(nn.Module) with a forward.</source>
        <translation>여기에는 신경망이 없습니다. forward가 있는 class Net(nn.Module)을 쓰십시오.</translation>
    </message>
    <message>
        <source>forward returns {0} and not a Tensor of shape {1}, a number for each class.</source>
        <translation>forward가 {0}을(를) 돌려줍니다. shape이 {1}인 Tensor, 곧 클래스마다 수 하나여야 합니다.</translation>
    </message>
    <message>
        <source>forward returns shape {0} of {1}; it has to be {2}, a number for each class.</source>
        <translation>forward가 돌려주는 shape은 {1}의 {0}입니다. 클래스마다 수 하나인 {2}여야 합니다.</translation>
    </message>
    <message>
        <source>What forward returns depends on no parameter, so nothing could be trained.</source>
        <translation>forward가 돌려주는 값이 어떤 매개변수에도 달려 있지 않아 학습할 것이 없습니다.</translation>
    </message>
    <message>
        <source>Line {0} raises {1}: {2}</source>
        <translation>{0}행에서 {1}: {2}</translation>
    </message>
    <message>
        <source>Line {0} raises {1} when the network is made: {2}</source>
        <translation>신경망을 만들 때 {0}행에서 {1}: {2}</translation>
    </message>
    <message>
        <source>Line {0} raises {1} on the first batch: {2}</source>
        <translation>첫 배치에서 {0}행이 {1}: {2}</translation>
    </message>
    <message>
        <source>Line {0} is not Python: {1}.</source>
        <translation>{0}행은 Python이 아닙니다: {1}.</translation>
    </message>
    <message>
        <source>This is not Python: {0}.</source>
        <translation>이것은 Python이 아닙니다: {0}.</translation>
    </message>
    <message>
        <source>The network has no parameters, so there is nothing to train.</source>
        <translation>신경망에 매개변수가 없어 학습할 것이 없습니다.</translation>
    </message>
    <message>
        <source>A lazy layer has no shape before its first batch: give its size.</source>
        <translation>lazy 층은 첫 배치 전에는 shape이 없습니다. 크기를 지정하십시오.</translation>
    </message>
    <message>
        <source>only: no module of the model is named {0}. It has {1}.</source>
        <translation>only: 모델에 {0}(이)라는 모듈이 없습니다. 있는 모듈: {1}.</translation>
    </message>
    <message>
        <source>{0} and {1} are not of one run: give the files of its ranks.</source>
        <translation>{0}와 {1}는 한 실행의 파일이 아닙니다. 그 실행의 랭크 파일들을 주십시오.</translation>
    </message>
    <message>
        <source>Two of the files are of rank {0}: give one of each.</source>
        <translation>파일 둘이 같은 랭크 {0}의 것입니다. 랭크마다 하나씩 주십시오.</translation>
    </message>
    <message>
        <source>These are not the ranks of one training: give an address of each.</source>
        <translation>한 학습의 랭크들이 아닙니다. 랭크마다 주소를 하나씩 주십시오.</translation>
    </message>
    <message>
        <source>{0} has closed the connection: attach again.</source>
        <translation>{0}가 연결을 닫았습니다. 다시 연결하세요.</translation>
    </message>
    <message>
        <source>{0} is not an address: write tcp://HOST:PORT, or tls://HOST:PORT#FINGERPRINT.</source>
        <translation>{0}은(는) 주소가 아닙니다. tcp://HOST:PORT나 tls://HOST:PORT#FINGERPRINT로 쓰세요.</translation>
    </message>
    <message>
        <source>The certificate in {0} cannot be used: {1}.</source>
        <translation>{0}의 인증서를 쓸 수 없습니다: {1}.</translation>
    </message>
    <message>
        <source>It does not speak TLS, or refuses the certificate.</source>
        <translation>TLS로 말하지 않거나 인증서를 거부합니다.</translation>
    </message>
    <message>
        <source>The certificate of {0} has another fingerprint: {1}. It is not trusted.</source>
        <translation>{0}의 인증서 지문이 다릅니다: {1}. 믿을 수 없습니다.</translation>
    </message>
    <message>
        <source>{0} does not speak TLS: write tcp:// if it should not.</source>
        <translation>{0}는 TLS로 말하지 않습니다. TLS를 쓰지 않으려면 tcp://로 쓰세요.</translation>
    </message>
    <message>
        <source>The certificate of {0} has expired, or is not valid yet.</source>
        <translation>{0}의 인증서가 만료되었거나 아직 유효하지 않습니다.</translation>
    </message>
    <message>
        <source>The certificate is for another name than {0}.</source>
        <translation>인증서가 {0}가 아닌 다른 이름의 것입니다.</translation>
    </message>
    <message>
        <source>Nobody that is trusted here has signed the certificate of {0}: write tls://HOST:PORT#FINGERPRINT, as the script has printed it, or give the authority&apos;s certificate with --ca.</source>
        <translation>{0}의 인증서에 서명한 기관을 이 컴퓨터가 믿지 않습니다. 스크립트가 출력한 tls://HOST:PORT#FINGERPRINT를 쓰거나 --ca로 기관의 인증서를 주세요.</translation>
    </message>
    <message>
        <source>{0} is no parameter of the network: write one as conv1.weight[0, 0, 1, 1].</source>
        <translation>{0}은(는) 신경망의 매개변수가 아닙니다. conv1.weight[0, 0, 1, 1]처럼 쓰세요.</translation>
    </message>
    <message>
        <source>{0} has the shape ({1}): write a place within it, such as {2}.</source>
        <translation>{0}의 shape은 ({1})입니다. {2}처럼 그 안의 위치를 쓰세요.</translation>
    </message>
    <message>
        <source>{0} is on another machine: pip install fsspec aiohttp to read it.</source>
        <translation>{0}는 다른 컴퓨터에 있습니다. 읽으려면 pip install fsspec aiohttp를 실행하세요.</translation>
    </message>
    <message>
        <source>{0} cannot be read yet. {1}</source>
        <translation>{0}를 아직 읽을 수 없습니다. {1}</translation>
    </message>
    <message>
        <source>Nothing can be appended to {0}: write to a disk, and copy that file.</source>
        <translation>{0}에는 덧붙여 쓸 수 없습니다. 디스크에 쓴 뒤 그 파일을 복사하세요.</translation>
    </message>
    <message>
        <source>{0} cannot be written: {1}.</source>
        <translation>{0}에 쓸 수 없습니다: {1}.</translation>
    </message>
    <message>
        <source>{0} cannot be read: {1}.</source>
        <translation>{0}를 읽을 수 없습니다: {1}.</translation>
    </message>
    <message>
        <source>Both axes are {0}: choose two different weights.</source>
        <translation>두 축이 모두 {0}입니다. 서로 다른 가중치 두 개를 고르세요.</translation>
    </message>
    <message>
        <source>The network has no weight {0}: choose a parameter and a place within its shape.</source>
        <translation>신경망에 {0} 가중치가 없습니다. 매개변수와 그 shape 안의 위치를 고르세요.</translation>
    </message>
    <message>
        <source>Not every rank has a parameter {0}.</source>
        <translation>매개변수 {0}가 없는 랭크가 있습니다.</translation>
    </message>
    <message>
        <source>Rank {0} has not recorded its shard of {1}.</source>
        <translation>랭크 {0}가 {1}의 조각을 기록하지 않았습니다.</translation>
    </message>
    <message>
        <source>These {0} shards do not make up {1}: give the recordings of all ranks.</source>
        <translation>조각 {0}개로는 {1} 전체가 되지 않습니다. 모든 랭크의 기록을 주세요.</translation>
    </message>
    <message>
        <source>{0} ended the process before it had made a model.</source>
        <translation>{0}이(가) 모델을 만들기 전에 프로세스를 끝냈습니다.</translation>
    </message>
    <message>
        <source>{0} ends before its first iteration does, so there is nothing to show. If a script still writes it, wait for the iteration; else copy the file again, or record the run again.</source>
        <translation>{0}이(가) 첫 반복이 끝나기 전에 끊겨 보여 줄 것이 없습니다. 스크립트가 아직 쓰고 있으면 반복이 끝나기를 기다리고, 아니면 파일을 다시 복사하거나 실행을 다시 기록하세요.</translation>
    </message>
    <message>
        <source>{0} has losses, but no iteration: none was recorded, or each was larger than the file may be. Record the run again, with more bytes_in_all or less with keep= and only=.</source>
        <translation>{0}에 손실은 있지만 반복이 없습니다. 기록한 반복이 없거나 각각이 파일의 한도보다 컸습니다. bytes_in_all을 늘리거나 keep=과 only=로 양을 줄여 다시 기록하세요.</translation>
    </message>
    <message>
        <source>{0} was closed before an iteration was recorded, so there is nothing to show: record the run again, for longer.</source>
        <translation>{0}은(는) 반복이 하나도 기록되기 전에 닫혀 보여 줄 것이 없습니다. 실행을 더 오래 다시 기록하세요.</translation>
    </message>
    <message>
        <source>{0} is damaged: {1} bytes of it cannot be read. The rest is shown.</source>
        <translation>{0}이(가) 손상되어 {1}바이트를 읽을 수 없습니다. 나머지를 표시합니다.</translation>
    </message>
    <message>
        <source>Every recording in {0} is damaged: choose another copy of the file.</source>
        <translation>{0}에 있는 기록이 모두 손상되었습니다. 파일의 다른 사본을 고르세요.</translation>
    </message>
    <message>
        <source>The recordings after iteration {1} in {0} are damaged: choose an earlier one.</source>
        <translation>{0}에서 반복 {1} 뒤의 기록이 손상되었습니다. 그보다 앞의 것을 고르세요.</translation>
    </message>
    <message>
        <source>Iteration {0} is not recorded: it takes more than {1} GiB, too much of the memory that there is. Record fewer modules (--only), or none of their numbers (bv.watch(..., keep=&quot;health&quot;)).</source>
        <translation>반복 {0}은(는) 기록되지 않습니다. {1} GiB보다 많은 메모리가 필요하여, 있는 메모리에 비해 너무 많습니다. 기록할 모듈을 줄이거나(--only), 숫자를 기록하지 마세요(bv.watch(..., keep=&quot;health&quot;)).</translation>
    </message>
    <message>
        <source>backward has run {0} times and no optimizer has stepped: the rest of iteration {1} is not recorded.</source>
        <translation>backward가 {0}번 실행되었지만 어떤 최적화기도 step하지 않았습니다. 반복 {1}의 나머지는 기록되지 않습니다.</translation>
    </message>
    <message>
        <source>{0} is no tensor that trains: it takes one made with requires_grad=True, and not computed from others.</source>
        <translation>{0}은(는) 학습되는 Tensor가 아닙니다. 다른 Tensor에서 계산된 것이 아니라 requires_grad=True로 만든 Tensor여야 합니다.</translation>
    </message>
    <message>
        <source>show takes a model, a recording, or the path of a recording (.bprec) or of a Python file that makes a model (.py), not {0}.</source>
        <translation>show에는 모델, 기록, 또는 기록 파일(.bprec)이나 모델을 만드는 Python 파일(.py)의 경로를 줍니다. {0}은(는) 아닙니다.</translation>
    </message>
    <message>
        <source>There is no display to open a window on for the training of {0}.</source>
        <translation>{0}의 학습을 보여 줄 창을 열 화면이 없습니다.</translation>
    </message>
    <message>
        <source>Nothing is recorded yet: what runs within ``with bv.record(model, optimizer) as recording:`` is recorded.</source>
        <translation>아직 기록된 것이 없습니다. ``with bv.record(model, optimizer) as recording:`` 안에서 실행한 것이 기록됩니다.</translation>
    </message>
    <message>
        <source>Recording has ended, for a fault in backprop_viz itself: {0}. Your script goes on, and its numbers are what they are without. Where it arose is in the log ({1}).</source>
        <translation>backprop_viz 자체의 오류로 기록이 끝났습니다: {0}. 스크립트는 계속 실행되며, 그 수치는 기록하지 않을 때와 같습니다. 오류가 생긴 곳은 로그({1})에 있습니다.</translation>
    </message>
    <message>
        <source>No training iteration was seen: the script moves its weights without computing a gradient, as evolution strategies do. There is no back-propagation to record.</source>
        <translation>학습 반복이 보이지 않았습니다. 스크립트가 진화 전략처럼 변화도를 구하지 않고 가중치를 옮깁니다. 기록할 역전파가 없습니다.</translation>
    </message>
    <message>
        <source>No training iteration was seen: the script takes its gradients with torch.func, which leaves no graph to follow. With tensors that have requires_grad=True, given to torch.func.functional_call, loss.backward() or torch.autograd.grad gives the same gradients, and such a loop is followed.</source>
        <translation>학습 반복이 보이지 않았습니다. 스크립트가 torch.func로 변화도를 구하는데, 이는 따라갈 그래프를 남기지 않습니다. requires_grad=True인 텐서를 torch.func.functional_call에 주고 loss.backward()나 torch.autograd.grad를 쓰면 같은 변화도를 얻으며, 그런 루프는 따라갑니다.</translation>
    </message>
    <message>
        <source>{0} is there already, and would be replaced by the samples of the run; choose another name.</source>
        <translation>{0}이(가) 이미 있어 실행의 샘플로 바뀌게 됩니다. 다른 이름을 고르세요.</translation>
    </message>
</context>
<context>
    <name>facts</name>
    <message>
        <source>Pre-activation {0}, above 0: it passes.</source>
        <translation>활성화 전 값 {0}, 0보다 큼: 그대로 통과합니다.</translation>
    </message>
    <message>
        <source>Pre-activation {0}, so 0.</source>
        <translation>활성화 전 값 {0}, 그래서 0.</translation>
    </message>
    <message>
        <source>ReLU: its input was {0}, so × 1.</source>
        <translation>ReLU: 입력이 {0}이었으므로 × 1.</translation>
    </message>
    <message>
        <source>ReLU stopped it: its input was {0}.</source>
        <translation>ReLU가 막음: 입력이 {0}이었습니다.</translation>
    </message>
    <message>
        <source>Pre-activation {0}, above 0: × 1.</source>
        <translation>활성화 전 값 {0}, 0보다 큼: × 1.</translation>
    </message>
    <message>
        <source>Pre-activation {0}, not above 0: × {1}.</source>
        <translation>활성화 전 값 {0}, 0보다 크지 않음: × {1}.</translation>
    </message>
    <message>
        <source>Pre-activation {0}, above {1}: it passes.</source>
        <translation>활성화 전 값 {0}, {1}보다 큼: 그대로 통과합니다.</translation>
    </message>
    <message>
        <source>Pre-activation {0}, not above {1}: it is replaced.</source>
        <translation>활성화 전 값 {0}, {1}보다 크지 않음: 바뀝니다.</translation>
    </message>
    <message>
        <source>Pre-activation {0}, above 0: on the line.</source>
        <translation>활성화 전 값 {0}, 0보다 큼: 직선 위.</translation>
    </message>
    <message>
        <source>Pre-activation {0}, not above 0: on the curve.</source>
        <translation>활성화 전 값 {0}, 0보다 크지 않음: 곡선 위.</translation>
    </message>
    <message>
        <source>Saturated: at {0} the slope is only {1}.</source>
        <translation>포화: {0}에서 기울기는 {1}뿐입니다.</translation>
    </message>
    <message>
        <source>{0} is between the bounds: it passes.</source>
        <translation>{0}은(는) 두 경계 사이: 그대로 통과합니다.</translation>
    </message>
    <message>
        <source>{0} is at or below the lower bound {1}: it stops there.</source>
        <translation>{0}은(는) 아래 경계 {1} 이하: 거기서 멈춥니다.</translation>
    </message>
    <message>
        <source>{0} is at or above the upper bound {1}: it stops there.</source>
        <translation>{0}은(는) 위 경계 {1} 이상: 거기서 멈춥니다.</translation>
    </message>
    <message>
        <source>All-reduce, bucket {0} of {1}, by {2}: DDP averages.</source>
        <translation>all-reduce, 버킷 {0}/{1}, {2}: DDP가 평균을 냅니다.</translation>
    </message>
    <message>
        <source>Only this rank is known: open the files of the other {0} with it.</source>
        <translation>이 랭크만 알려져 있습니다. 다른 {0}개의 파일도 함께 여십시오.</translation>
    </message>
    <message>
        <source>Dropout kept it, scaled by {1} (p = {0}).</source>
        <translation>드롭아웃이 남겼고 {1}배 했습니다 (p = {0}).</translation>
    </message>
    <message>
        <source>Dropout dropped it (p = {0}), so 0.</source>
        <translation>드롭아웃이 버렸습니다 (p = {0}), 그래서 0.</translation>
    </message>
    <message>
        <source>It is 0 whether dropout (p = {0}) kept it or not.</source>
        <translation>드롭아웃(p = {0})이 남기든 버리든 0입니다.</translation>
    </message>
    <message>
        <source>Dropout is off: it passes.</source>
        <translation>드롭아웃이 꺼져 있음: 그대로 통과합니다.</translation>
    </message>
    <message>
        <source>The mean of a window of {0}.</source>
        <translation>원소 {0}개인 창의 평균.</translation>
    </message>
    <message>
        <source>No window has this element, so 0.</source>
        <translation>이 원소가 든 창이 없으므로 0.</translation>
    </message>
    <message>
        <source>The largest of {0}: {1}.</source>
        <translation>{0}개 중 가장 큰 것: {1}.</translation>
    </message>
    <message>
        <source>The smallest of {0}: {1}.</source>
        <translation>{0}개 중 가장 작은 것: {1}.</translation>
    </message>
    <message>
        <source>{0} won against {1}, so the gradient is passed on here.</source>
        <translation>{0}이(가) {1}을(를) 이겨서 변화도가 이쪽으로 전달됩니다.</translation>
    </message>
    <message>
        <source>{1} won against {0}, so 0.</source>
        <translation>{1}이(가) {0}을(를) 이겨서 0.</translation>
    </message>
    <message>
        <source>Both are {0}: they share the gradient.</source>
        <translation>둘 다 {0}: 변화도를 나눠 갖습니다.</translation>
    </message>
    <message>
        <source>ln Σ exp(x) of {1} numbers is {0}.</source>
        <translation>수 {1}개의 ln Σ exp(x)는 {0}.</translation>
    </message>
    <message>
        <source>Its own probability is {0}.</source>
        <translation>자신의 확률은 {0}.</translation>
    </message>
    <message>
        <source>Class {1} is the label; the network gave it the probability {0}.</source>
        <translation>클래스 {1}이(가) 레이블이고, 신경망이 준 확률은 {0}입니다.</translation>
    </message>
    <message>
        <source>Class {1} is not the label (that is {2}); its probability is {0}.</source>
        <translation>클래스 {1}은(는) 레이블이 아니며(레이블은 {2}), 확률은 {0}입니다.</translation>
    </message>
    <message>
        <source>Class {0} is this sample&apos;s label, so its gradient is passed.</source>
        <translation>클래스 {0}이(가) 이 샘플의 레이블이므로 변화도가 전달됩니다.</translation>
    </message>
    <message>
        <source>Class {0} is not this sample&apos;s label ({1}), so 0.</source>
        <translation>클래스 {0}은(는) 이 샘플의 레이블({1})이 아니므로 0.</translation>
    </message>
    <message>
        <source>The label is {0}; its probability is {1}.</source>
        <translation>레이블은 {0}, 확률은 {1}.</translation>
    </message>
    <message>
        <source>This sample is ignored, so 0.</source>
        <translation>이 샘플은 무시되므로 0.</translation>
    </message>
    <message>
        <source>Samples that are ignored: {0}.</source>
        <translation>무시된 샘플: {0}.</translation>
    </message>
    <message>
        <source>Output {1}, target {2}: the error is {0}.</source>
        <translation>출력 {1}, 목표 {2}: 오차는 {0}.</translation>
    </message>
    <message>
        <source>Output {2}, target {3}: the error {0} is within {1}, so it counts squared.</source>
        <translation>출력 {2}, 목표 {3}: 오차 {0}이(가) {1} 이내이므로 제곱으로 셉니다.</translation>
    </message>
    <message>
        <source>Output {2}, target {3}: the error {0} is not within {1}; its sign counts.</source>
        <translation>출력 {2}, 목표 {3}: 오차 {0}이(가) {1} 밖이므로 부호만 셉니다.</translation>
    </message>
    <message>
        <source>Probability {0}, target {1}.</source>
        <translation>확률 {0}, 목표 {1}.</translation>
    </message>
    <message>
        <source>Of {2} features: mean {0}, σ {1}. Here x is {3}.</source>
        <translation>특징 {2}개: 평균 {0}, σ {1}. 여기서 x는 {3}.</translation>
    </message>
    <message>
        <source>Of a group of {2}: mean {0}, σ {1}. Here x is {3}.</source>
        <translation>{2}개 묶음: 평균 {0}, σ {1}. 여기서 x는 {3}.</translation>
    </message>
    <message>
        <source>Of this sample&apos;s channel ({2}): mean {0}, σ {1}. Here x is {3}.</source>
        <translation>이 샘플의 채널({2}개): 평균 {0}, σ {1}. 여기서 x는 {3}.</translation>
    </message>
    <message>
        <source>The batch&apos;s own statistics ({2} numbers): mean {0}, σ {1}. Here x is {3}.</source>
        <translation>배치 자신의 통계(수 {2}개): 평균 {0}, σ {1}. 여기서 x는 {3}.</translation>
    </message>
    <message>
        <source>The running statistics: mean {0}, σ {1}. Here x is {3}.</source>
        <translation>이동 통계: 평균 {0}, σ {1}. 여기서 x는 {3}.</translation>
    </message>
    <message>
        <source>Root mean square of {1}: {0}. Here x is {2}.</source>
        <translation>{1}개의 제곱평균제곱근: {0}. 여기서 x는 {2}.</translation>
    </message>
    <message>
        <source>The mean of {0} numbers.</source>
        <translation>수 {0}개의 평균.</translation>
    </message>
    <message>
        <source>The mean of {1} numbers is {0}; divided by {2}.</source>
        <translation>수 {1}개의 평균은 {0}, {2}(으)로 나눔.</translation>
    </message>
    <message>
        <source>The squares of {0} numbers sum to {1}.</source>
        <translation>수 {0}개의 제곱의 합은 {1}.</translation>
    </message>
    <message>
        <source>The root of the sum of {0} squares, which is {1}: computed here, in float64.</source>
        <translation>제곱 {0}개의 합 {1}의 제곱근입니다: 여기에서 float64로 계산했습니다.</translation>
    </message>
    <message>
        <source>The mean of {0} numbers: computed here, in float64.</source>
        <translation>수 {0}개의 평균입니다: 여기에서 float64로 계산했습니다.</translation>
    </message>
    <message>
        <source>The smallest of {0} numbers.</source>
        <translation>수 {0}개 중 가장 작습니다.</translation>
    </message>
    <message>
        <source>The largest of {0} numbers.</source>
        <translation>수 {0}개 중 가장 큽니다.</translation>
    </message>
    <message>
        <source>The {1} largest are listed; the other {0} are one term.</source>
        <translation>가장 큰 {1}개를 나열합니다. 나머지 {0}개는 한 항입니다.</translation>
    </message>
    <message>
        <source>Row {0} of the table.</source>
        <translation>표의 {0}번 행.</translation>
    </message>
    <message>
        <source>The row&apos;s norm was {0}, more than max_norm {1}: the embedding multiplied it by {2}.</source>
        <translation>이 행의 노름이 {0}으로 max_norm {1}보다 커서, 임베딩이 {2}을(를) 곱했습니다.</translation>
    </message>
    <message>
        <source>The norm of all gradients together was {0}: clipping multiplied each by {2}, and it is {1} now.</source>
        <translation>모든 변화도 전체의 노름은 {0}이었습니다. 클리핑이 각 변화도에 {2}을(를) 곱해 이제 {1}입니다.</translation>
    </message>
    <message>
        <source>A hook multiplied every element of it by {0}.</source>
        <translation>후크가 모든 원소에 {0}을(를) 곱했습니다.</translation>
    </message>
    <message>
        <source>{0} multiplied every element of what arrived by {1}.</source>
        <translation>{0}이(가) 도착한 것의 모든 원소에 {1}을(를) 곱했습니다.</translation>
    </message>
    <message>
        <source>{0} multiplied {2} of {3} elements of what arrived by {1}, this one too. It sent 0 for the others.</source>
        <translation>{0}이(가) 도착한 것의 원소 {3}개 중 {2}개에 {1}을(를) 곱했습니다. 이 원소도 그중 하나입니다. 나머지에는 0을 보냈습니다.</translation>
    </message>
    <message>
        <source>{0} sent 0 for this element. It multiplied {2} of {3} elements of what arrived by {1}.</source>
        <translation>{0}이(가) 이 원소에는 0을 보냈습니다. 도착한 것의 원소 {3}개 중 {2}개에 {1}을(를) 곱했습니다.</translation>
    </message>
    <message>
        <source>The total norm {0} was below max_norm {1}: clipping left all as it was.</source>
        <translation>전체 노름 {0}이(가) max_norm {1}보다 작아, 클리핑이 아무것도 바꾸지 않았습니다.</translation>
    </message>
    <message>
        <source>torch found the norm of {0} numbers to be {1}.</source>
        <translation>torch가 구한 수 {0}개의 노름은 {1}입니다.</translation>
    </message>
    <message>
        <source>{0} was beyond the limit that clipping allows.</source>
        <translation>{0}은(는) 클리핑이 허용하는 한계를 넘었습니다.</translation>
    </message>
    <message>
        <source>No sample has read this row: {0} leaves it as it is.</source>
        <translation>이 행을 읽은 샘플이 없습니다. {0}은(는) 이 행을 그대로 둡니다.</translation>
    </message>
    <message>
        <source>{0} ended its step without another move.</source>
        <translation>{0}이(가) 더 움직이지 않고 스텝을 끝냈습니다.</translation>
    </message>
    <message>
        <source>{0} has put it back to where this search for a step began.</source>
        <translation>{0}이(가) 이번 스텝 탐색을 시작한 값으로 되돌렸습니다.</translation>
    </message>
    <message>
        <source>Row {0} was looked up {1} times.</source>
        <translation>{0}번 행을 {1}번 찾았습니다.</translation>
    </message>
    <message>
        <source>The condition holds: taken from the first.</source>
        <translation>조건이 참: 첫째에서 가져옵니다.</translation>
    </message>
    <message>
        <source>The condition does not hold: taken from the second.</source>
        <translation>조건이 거짓: 둘째에서 가져옵니다.</translation>
    </message>
    <message>
        <source>It was chosen, so the gradient is passed on here.</source>
        <translation>이것이 선택되어 변화도가 이쪽으로 전달됩니다.</translation>
    </message>
    <message>
        <source>The other was chosen, so 0.</source>
        <translation>다른 것이 선택되어 0.</translation>
    </message>
    <message>
        <source>Of {2} keys, number {0} gets the most attention, {1}; {3} get none.</source>
        <translation>키 {2}개 중 {0}번이 가장 큰 어텐션 {1}을(를) 받고, {3}개는 받지 않습니다.</translation>
    </message>
    <message>
        <source>It depends on {0} numbers.</source>
        <translation>수 {0}개에 의존합니다.</translation>
    </message>
    <message>
        <source>{0} returns only its result: this is a step on the way, in float64.</source>
        <translation>{0}은(는) 결과만 내놓습니다: 이 값은 그 도중의 단계이며 float64로 계산했습니다.</translation>
    </message>
    <message>
        <source>{0} returns only its result, {1}: this is a step on the way, in float64. It leads to that result within {2}.</source>
        <translation>{0}은(는) 결과 {1}만 내놓습니다: 이 값은 그 도중의 단계이며 float64로 계산했습니다. 그 결과와의 차이는 {2} 이내입니다.</translation>
    </message>
    <message>
        <source>Backward starts here: the loss&apos;s own gradient is 1.</source>
        <translation>backward는 여기에서 시작합니다. 손실 자신의 변화도는 1입니다.</translation>
    </message>
    <message>
        <source>Backward started from this given gradient: it was put in, not computed.</source>
        <translation>backward가 이 주어진 변화도에서 시작했습니다. 계산한 값이 아니라 넣어 준 값입니다.</translation>
    </message>
    <message>
        <source>{0} wrote to it in place through a view: a part of it, or all of it.</source>
        <translation>{0}이(가) 뷰를 통해 이 텐서의 일부 또는 전체에 제자리에서 썼습니다.</translation>
    </message>
    <message>
        <source>Nothing that arrived at {0} has to do with this element, so 0.</source>
        <translation>{0}에 도착한 값 가운데 이 원소와 관계있는 것이 없으므로 0입니다.</translation>
    </message>
    <message>
        <source>z is complex: torch&apos;s gradient is ∂L/∂Re z + i·∂L/∂Im z, twice the conjugate Wirtinger derivative ∂L/∂z*. Its {0} part is how fast the loss changes with {0} z.</source>
        <translation>z는 복소수입니다. torch의 변화도는 ∂L/∂Re z + i·∂L/∂Im z, 곧 켤레 비르팅거 도함수 ∂L/∂z*의 두 배입니다. 그 {0} 부분은 {0} z에 따라 손실이 변하는 빠르기입니다.</translation>
    </message>
    <message>
        <source>An experiment changed it: {0} ({1}). Without it: {2}.</source>
        <translation>실험이 바꾸었습니다: {0} ({1}). 그것이 없으면: {2}.</translation>
    </message>
    <message>
        <source>Max pool: this, {0}, won of the {1} in its window, so the gradient is passed on here. The others: {2}.</source>
        <translation>최대 풀링: 창의 {1}개 중 이 값 {0}이(가) 가장 커서 변화도가 여기로 전달됩니다. 다른 값: {2}.</translation>
    </message>
    <message>
        <source>{0} = {1} = {2}</source>
        <translation>{0} = {1} = {2}</translation>
    </message>
    <message>
        <source>Max pool: {1} won of the {0} in its window. The others: {2}.</source>
        <translation>최대 풀링: 창의 {0}개 중 {1}이(가) 이겼습니다. 다른 값: {2}.</translation>
    </message>
    <message>
        <source>Max pool: this of the {0} won, so the gradient is passed on here.</source>
        <translation>최대 풀링: {0}개 중 이것이 이겨서 변화도가 이쪽으로 전달됩니다.</translation>
    </message>
    <message>
        <source>Max pool: this won in {0} of the {1} windows that have it.</source>
        <translation>최대 풀링: 이것이 든 창 {1}개 중 {0}개에서 이겼습니다.</translation>
    </message>
    <message>
        <source>Max pool: another of the {0} won ({1}), so 0.</source>
        <translation>최대 풀링: {0}개 중 다른 것({1})이 이겨서 0.</translation>
    </message>
    <message>
        <source>Max pool: others won in all of the {0} windows that have it, so 0.</source>
        <translation>최대 풀링: 이것이 든 창 {0}개 모두에서 다른 것이 이겨서 0.</translation>
    </message>
    <message>
        <source>Σ exp(x) of {1} numbers is {0}.</source>
        <translation>수 {1}개의 Σ exp(x)는 {0}.</translation>
    </message>
    <message>
        <source>Σ exp(x) = {0} = {1}</source>
        <translation>Σ exp(x) = {0} = {1}</translation>
    </message>
    <message>
        <source>The labels&apos; probabilities ({0}): {1} on average, at least {2}.</source>
        <translation>레이블의 확률({0}개): 평균 {1}, 최소 {2}.</translation>
    </message>
    <message>
        <source>Backward starts here: ∂{0}/∂{0} is 1.</source>
        <translation>역전파는 여기에서 시작합니다: ∂{0}/∂{0}은 1입니다.</translation>
    </message>
</context>
<context>
    <name>fields</name>
    <message>
        <source>{name}: “{text}” can mean {one} or {other}; type one of them.</source>
        <translation>{name}: “{text}”은(는) {one}일 수도 {other}일 수도 있습니다. 둘 중 하나로 입력하세요.</translation>
    </message>
    <message>
        <source>{name}: “{text}” is too close to 0 to be told from it.</source>
        <translation>{name}: “{text}”은(는) 0에 너무 가까워 구별되지 않습니다.</translation>
    </message>
    <message>
        <source>{name} takes {range}.</source>
        <translation>{name}에는 {range}이(가) 들어갑니다.</translation>
    </message>
    <message>
        <source>{name} takes {range}, not “{text}”.</source>
        <translation>{name}에는 {range}이(가) 들어갑니다. “{text}”은(는) 안 됩니다.</translation>
    </message>
    <message>
        <source>a whole number from {low} to {high}</source>
        <translation>{low}에서 {high}까지의 정수</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>수 하나</translation>
    </message>
    <message>
        <source>a number above {low}</source>
        <translation>{low}보다 큰 수</translation>
    </message>
    <message>
        <source>a number from {low} up</source>
        <translation>{low} 이상의 수</translation>
    </message>
    <message>
        <source>a number more than {low} and less than {high}</source>
        <translation>{low}보다 크고 {high}보다 작은 수</translation>
    </message>
    <message>
        <source>a number more than {low}, up to {high}</source>
        <translation>{low}보다 크고 {high} 이하인 수</translation>
    </message>
    <message>
        <source>a number from {low} to less than {high}</source>
        <translation>{low} 이상이고 {high}보다 작은 수</translation>
    </message>
    <message>
        <source>a number from {low} to {high}</source>
        <translation>{low}에서 {high}까지의 수</translation>
    </message>
</context>
<context>
    <name>findings</name>
    <message>
        <source>Batch norm is in eval mode while the model trains: it uses its stored statistics.</source>
        <translation>모델은 학습 중인데 배치 정규화는 eval 모드입니다. 저장된 통계를 씁니다.</translation>
    </message>
    <message>
        <source>{0} takes the first axis for time: it got {1} steps of {2} sequences, and the loss has {1} targets. Give batch_first=True.</source>
        <translation>{0}은(는) 첫 축을 시간으로 봅니다. 시퀀스 {2}개의 단계 {1}개를 받았는데 손실의 목표가 {1}개입니다. batch_first=True를 주십시오.</translation>
    </message>
    <message>
        <source>{0} compares {1} with {2}: every output with every target. Give both the same shape, as by out.squeeze(1).</source>
        <translation>{0}이(가) {1}을(를) {2}와(과) 비교합니다. 모든 출력을 모든 목표와 비교하는 것입니다. out.squeeze(1) 등으로 shape를 같게 하십시오.</translation>
    </message>
    <message>
        <source>zero_grad cleared the gradients before step could use them; call it before backward. Parameters: {0}.</source>
        <translation>step이 쓰기 전에 zero_grad가 변화도를 지웠습니다. zero_grad는 backward 전에 호출하십시오. 매개변수: {0}개.</translation>
    </message>
    <message>
        <source>{0} has left {1:.1e} of the gradients&apos; norm.</source>
        <translation>{0} 뒤에 gradient norm의 {1:.1e}만 남았습니다.</translation>
    </message>
    <message>
        <source>{0} ran before backward, so the gradients of this iteration were not clipped. Call it between backward() and optimizer.step().</source>
        <translation>{0}가 backward 전에 실행되어 이 반복의 변화도는 잘리지 않았습니다. backward()와 optimizer.step() 사이에서 호출하세요.</translation>
    </message>
    <message>
        <source>{0} ran while the gradients were {1:g} times too large: call scaler.unscale_(optimizer) before it.</source>
        <translation>변화도가 {1:g}배 큰 상태에서 {0}이(가) 실행되었습니다. 그 전에 scaler.unscale_(optimizer)를 호출하십시오.</translation>
    </message>
    <message>
        <source>{0} at {1} cuts the graph: nothing before it gets a gradient. Parameters without one: {2}.</source>
        <translation>{1}의 {0}이(가) 그래프를 끊습니다. 그 앞에서는 아무것도 변화도를 받지 못합니다. 변화도가 없는 매개변수: {2}개.</translation>
    </message>
    <message>
        <source>Units of {0} that are 0 for the whole batch: {1} of {2}.</source>
        <translation>배치의 모든 샘플에서 0인 {0}의 유닛: {2}개 중 {1}개.</translation>
    </message>
    <message>
        <source>{0} was not told whether the model trains, so it goes on after model.eval(). Give training=self.training, or use nn.Dropout.</source>
        <translation>{0}에 모델이 학습 중인지 알려 주지 않아 model.eval() 뒤에도 계속 작동합니다. training=self.training을 주거나 nn.Dropout을 쓰세요.</translation>
    </message>
    <message>
        <source>Dropout is off while the model trains, as after model.eval(). Call model.train().</source>
        <translation>model.eval() 뒤처럼, 모델이 학습하는 동안 dropout이 꺼져 있습니다. model.train()을 호출하십시오.</translation>
    </message>
    <message>
        <source>The {1} units of {0} have the same weights and get the same gradients: they stay the same. Initialise them at random.</source>
        <translation>{0}의 유닛 {1}개는 가중치가 같고 같은 변화도를 받습니다. 그래서 계속 같습니다. 무작위로 초기화하십시오.</translation>
    </message>
    <message>
        <source>Gradients explode: that of {0} is {2:.1e} times that of {1}.</source>
        <translation>변화도 폭발: {0}의 변화도가 {1}의 {2:.1e}배입니다.</translation>
    </message>
    <message>
        <source>zero_grad was not called: {1} still had its last gradient when backward began. Parameters with an old gradient: {0}.</source>
        <translation>zero_grad를 부르지 않았습니다. backward가 시작될 때 {1}에 지난 변화도가 남아 있었습니다. 지난 변화도가 있는 매개변수: {0}개.</translation>
    </message>
    <message>
        <source>The graphs of {0} earlier iterations ({1} nodes) are still held, and with them their memory: see {2}. Add loss.item(), or detach() what the next iteration uses. There is a lesson on it: “total += loss”.</source>
        <translation>이전 반복 {0}개의 그래프(노드 {1}개)가 메모리와 함께 아직 남아 있습니다: {2}을(를) 보세요. loss.item()을 더하거나, 다음 반복이 쓰는 것을 detach() 하세요. 이에 대한 수업이 있습니다: “total += loss”.</translation>
    </message>
    <message>
        <source>The inputs go from {0:.4g} to {1:.4g}, and their root mean square is {2:.3g}. Layers are made for numbers around 0 with a spread of 1: subtract the mean, and divide by the standard deviation.</source>
        <translation>입력은 {0:.4g}에서 {1:.4g}까지이고 제곱평균제곱근은 {2:.3g}입니다. 층은 0 주위에 1만큼 퍼진 수에 맞춰져 있습니다. 평균을 빼고 표준편차로 나누십시오.</translation>
    </message>
    <message>
        <source>The loss is a log-probability without its minus: each step makes the right answer less likely, and the loss falls without end. Put a minus before it.</source>
        <translation>손실이 마이너스가 빠진 로그 확률입니다. 단계마다 정답의 확률이 낮아지고 손실은 끝없이 내려갑니다. 앞에 마이너스를 붙이세요.</translation>
    </message>
    <message>
        <source>The loss is {0} times a negative number: each step makes the network worse, and the loss falls without end. Leave out the minus.</source>
        <translation>손실이 {0}에 음수를 곱한 것입니다. 단계마다 신경망이 나빠지고 손실은 끝없이 내려갑니다. 마이너스를 빼세요.</translation>
    </message>
    <message>
        <source>backward runs and zero_grad clears its gradients, but no optimizer steps: call optimizer.step() after backward. Parameters: {0}.</source>
        <translation>backward가 실행되고 zero_grad가 그 변화도를 지우지만 옵티마이저의 step이 없습니다. backward 뒤에 optimizer.step()을 호출하십시오. 매개변수: {0}개.</translation>
    </message>
    <message>
        <source>There is no activation between the linear layers {0} and {1}: together they can do no more than one.</source>
        <translation>선형 층 {0}와(과) {1} 사이에 활성화 함수가 없습니다. 둘을 합쳐도 하나보다 더 할 수 있는 것이 없습니다.</translation>
    </message>
    <message>
        <source>The first {0} arose in {1}, from inputs that were all finite.</source>
        <translation>첫 {0}이(가) {1}에서 생겼습니다. 입력은 모두 유한했습니다.</translation>
    </message>
    <message>
        <source>Found in {0} of {1} calls; the first is shown.</source>
        <translation>호출 {1}번 중 {0}번에서 발견되었습니다. 첫 번째 것을 보여 줍니다.</translation>
    </message>
    <message>
        <source>None of the {0} parameters of the model requires a gradient, as after requires_grad_(False): nothing is learnt. Call requires_grad_(True).</source>
        <translation>모델의 매개변수 {0}개 가운데 변화도를 요구하는 것이 없습니다. requires_grad_(False)를 호출한 뒤와 같아, 아무것도 학습되지 않습니다. requires_grad_(True)를 호출하세요.</translation>
    </message>
    <message>
        <source>Each of the {0} targets of {1} is {2}, its ignore_index, so its mean is 0 / 0: NaN. Leave such a batch out, or mask fewer targets.</source>
        <translation>{1}의 목표 {0}개가 모두 ignore_index인 {2}이므로 평균이 0 / 0, 곧 NaN입니다. 그런 배치는 빼거나 목표를 덜 가리세요.</translation>
    </message>
    <message>
        <source>{0} ran after the step, so what it clipped is not used. Call it between backward() and optimizer.step().</source>
        <translation>{0}이(가) step 다음에 실행되어, 클리핑한 값이 쓰이지 않습니다. backward()와 optimizer.step() 사이에서 호출하세요.</translation>
    </message>
    <message>
        <source>A second backward goes through {0}, where the first one began: the gradient of that loss is added up twice. Call backward once, on the sum.</source>
        <translation>두 번째 역전파가 첫 번째가 시작한 {0}을(를) 다시 지나므로, 그 손실의 변화도가 두 번 더해집니다. 합에 대해 backward를 한 번만 호출하세요.</translation>
    </message>
    <message>
        <source>{0} at {1} ran under torch.no_grad() or inference_mode(), so nothing before it gets a gradient. Parameters without one: {2}.</source>
        <translation>{1}의 {0}이(가) torch.no_grad()나 inference_mode() 안에서 실행되어, 그 앞의 것은 변화도를 받지 못합니다. 변화도가 없는 매개변수: {2}.</translation>
    </message>
    <message>
        <source>Of the {2} units of layer {0}, {1} are 0 for the whole batch: almost no gradient passes.</source>
        <translation>층 {0}의 유닛 {2}개 중 {1}개가 배치 전체에서 0입니다. 변화도가 거의 지나가지 못합니다.</translation>
    </message>
    <message>
        <source>The loss has a term that is made of weights by {0} at {1}: it changes the loss, but no gradient, so it has no effect. Compute it from the weights themselves.</source>
        <translation>손실에 {1}의 {0}로 가중치에서 떼어 낸 항이 있습니다. 손실은 바뀌지만 변화도는 바뀌지 않아 효과가 없습니다. 가중치 자체로 계산하세요.</translation>
    </message>
    <message>
        <source>{0} requires no gradient, but {1} moved it: by an old gradient, momentum or weight decay. Set its .grad to None, or leave it out of the optimizer. Such parameters: {2}.</source>
        <translation>{0}은(는) 변화도를 요구하지 않는데 {1}이(가) 움직였습니다. 이전 변화도, 모멘텀 또는 가중치 감쇠 때문입니다. .grad를 None으로 두거나 옵티마이저에서 빼세요. 이런 매개변수: {2}.</translation>
    </message>
    <message>
        <source>backward has run {0} times and no optimizer has stepped: the gradients pile up, and no weight changes. Call optimizer.step() after backward, and then zero_grad().</source>
        <translation>backward가 {0}번 실행되었지만 어떤 최적화기도 step하지 않았습니다. 변화도는 쌓이고 가중치는 그대로입니다. backward 다음에 optimizer.step()을, 그다음에 zero_grad()를 호출하세요.</translation>
    </message>
    <message>
        <source>{0} adds up {1} numbers to the loss, and the updates are {2:.3g} times as large as the weights; about 1e-3 is usual. Take the mean, or lower the learning rate.</source>
        <translation>{0}이(가) 숫자 {1}개를 더해 손실을 만들고, 업데이트가 가중치의 {2:.3g}배입니다. 보통은 1e-3쯤입니다. 평균을 쓰거나 학습률을 낮추세요.</translation>
    </message>
    <message>
        <source>Backward never reached {0}: no graph leads from the loss to it.</source>
        <translation>역전파가 {0}에 이르지 않았습니다. 손실에서 그곳으로 가는 그래프가 없습니다.</translation>
    </message>
    <message>
        <source>The first NaN arose in {0}: {1} of its rows were -inf from end to end, as where a mask leaves nothing. Keep an entry of each row.</source>
        <translation>첫 NaN이 {0}에서 생겼습니다. 행 {1}개가 처음부터 끝까지 -inf였습니다. 마스크가 아무것도 남기지 않을 때 이렇게 됩니다. 각 행에 항목을 하나는 남기세요.</translation>
    </message>
    <message>
        <source>{0} stepped without a gradient, so nothing was learned: no backward ran in this iteration. Call loss.backward() before optimizer.step().</source>
        <translation>{0}이(가) 변화도 없이 한 단계를 진행하여 아무것도 학습되지 않았습니다. 이 반복에서는 backward가 실행되지 않았습니다. optimizer.step() 전에 loss.backward()를 호출하세요.</translation>
    </message>
    <message>
        <source>{1} was already not finite when {2} read it, so the loss is {0}.</source>
        <translation>{2}이(가) 읽을 때 {1}은(는) 이미 유한하지 않았습니다. 그래서 손실이 {0}입니다.</translation>
    </message>
    <message>
        <source>The loss is finite, but the first {0} in a gradient arose in {1}, from gradients that were all finite. Its slope has no limit there, as that of sqrt at 0: keep away from it, as by adding 1e-8.</source>
        <translation>손실은 유한하지만, 변화도의 첫 {0}이(가) {1}에서 모두 유한한 변화도로부터 나왔습니다. 0에서의 sqrt처럼 그 기울기에 한계가 없습니다. 1e-8을 더하는 식으로 그곳을 피하십시오.</translation>
    </message>
    <message>
        <source>{1} made {0} of finite numbers. What follows, as torch.where does, keeps it out of the loss, but not out of the gradients: 0 times {0} is NaN. Mask what goes into {1}, not what comes out.</source>
        <translation>{1}이(가) 유한한 수에서 {0}을(를) 만들었습니다. torch.where 같은 뒤의 연산이 손실에서는 이를 가리지만 변화도에서는 가리지 못합니다. 0 곱하기 {0}은(는) NaN입니다. {1}의 출력이 아니라 입력을 가리세요.</translation>
    </message>
    <message>
        <source>The step made {0} of {1}, though weight and gradient were finite. Lower the learning rate, or raise eps.</source>
        <translation>가중치와 변화도는 유한했지만 step이 {1}을(를) {0}(으)로 만들었습니다. 학습률을 낮추거나 eps를 높이십시오.</translation>
    </message>
    <message>
        <source>{0} has a gradient of norm {1:.3g} and was not updated: no optimizer has it.</source>
        <translation>{0}의 변화도 노름은 {1:.3g}인데 갱신되지 않았습니다. 어느 옵티마이저에도 없습니다.</translation>
    </message>
    <message>
        <source>nll_loss expects log-probabilities, but e to the power of a sample&apos;s numbers adds up to {0:.3g}, not 1. Put log_softmax before it, or use cross_entropy on raw scores.</source>
        <translation>nll_loss는 로그 확률을 기대하지만, 한 샘플의 수를 지수로 한 e의 합이 1이 아니라 {0:.3g}입니다. 그 앞에 log_softmax를 두거나, 원점수에 cross_entropy를 쓰십시오.</translation>
    </message>
    <message>
        <source>Backward began at a tensor that no operation made, such as nn.Parameter(loss), so no parameter gets a gradient. {0} at {1} made a loss that leads to them: call backward on that.</source>
        <translation>Backward가 nn.Parameter(loss)처럼 어떤 연산도 만들지 않은 Tensor에서 시작해, 변화도를 받는 매개변수가 없습니다. {1}의 {0}이(가) 만든 손실은 매개변수로 이어집니다. 그 손실에서 backward를 호출하세요.</translation>
    </message>
    <message>
        <source>The losses of {0} earlier iterations are kept in a list, and with each its graph and memory; the newest is made at {1}. Append loss.item() or loss.detach().</source>
        <translation>이전 {0}번 반복의 손실이 목록에 남아 있고, 각 손실의 그래프와 메모리도 함께 남아 있습니다. 가장 새 손실은 {1}에서 만들어집니다. loss.item()이나 loss.detach()를 넣으세요.</translation>
    </message>
    <message>
        <source>Backward reached no parameter of the model: the loss does not depend on any.</source>
        <translation>backward가 모델의 어떤 매개변수에도 이르지 않았습니다. 손실이 아무것에도 의존하지 않습니다.</translation>
    </message>
    <message>
        <source>An optimizer stepped and moved none of the {0} parameters that have a gradient. Make it from the parameters of this model, after its layers are final.</source>
        <translation>옵티마이저가 step을 했지만 변화도가 있는 매개변수 {0}개 중 아무것도 움직이지 않았습니다. 층을 다 만든 뒤에 이 모델의 매개변수로 옵티마이저를 만드십시오.</translation>
    </message>
    <message>
        <source>{0} has a single class to choose from: its probability is always 1, and nothing is learnt. Use binary_cross_entropy_with_logits for yes or no.</source>
        <translation>{0}이(가) 고를 클래스가 하나뿐입니다. 확률은 늘 1이고 아무것도 배우지 못합니다. 예/아니요에는 binary_cross_entropy_with_logits를 쓰십시오.</translation>
    </message>
    <message>
        <source>backward fills the gradients of the parameters of one {0}, such as {1}, and its zero_grad clears them, but nothing calls its step(): they are not trained. Call it after backward. Parameters: {2}.</source>
        <translation>역전파가 {0} 하나의 매개변수({1} 등)의 변화도를 채우고 그 zero_grad가 지우지만, 아무도 그 step()을 부르지 않아 학습되지 않습니다. 역전파 뒤에 부르십시오. 매개변수: {2}.</translation>
    </message>
    <message>
        <source>Batch norm is training on a batch of one sample.</source>
        <translation>배치 정규화가 샘플 하나짜리 배치로 학습하고 있습니다.</translation>
    </message>
    <message>
        <source>{0} holds {1} already as the iteration begins: an earlier step made it.</source>
        <translation>반복이 시작될 때 {0}에 이미 {1}이(가) 있습니다. 앞선 단계에서 생겼습니다.</translation>
    </message>
    <message>
        <source>kl_div takes logarithms of probabilities first, which are at most 0; it got numbers up to {0:.3g}. Give it log_softmax, not softmax.</source>
        <translation>kl_div의 첫 인자는 확률의 로그로, 0보다 클 수 없는데 {0:.3g}까지의 수를 받았습니다. softmax가 아니라 log_softmax를 주세요.</translation>
    </message>
    <message>
        <source>{1}</source>
        <translation>{1}</translation>
    </message>
    <message>
        <source>One step adds the gradients of {0} with the mean and with the sum of {1} numbers, which counts {1} times as much. Give both the same reduction.</source>
        <translation>한 step에서 {0}의 평균과 숫자 {1}개의 합의 변화도가 더해지는데, 합은 {1}배로 셉니다. 둘에 같은 reduction을 주세요.</translation>
    </message>
    <message>
        <source>The learning rate of {0} is 0: no weight moves.</source>
        <translation>{0}의 학습률이 0입니다. 가중치가 움직이지 않습니다.</translation>
    </message>
    <message>
        <source>{0} moves each weight by about the learning rate, which is {1:g}; 1e-3 is usual.</source>
        <translation>{0}은(는) 가중치마다 대략 학습률만큼 움직이는데 그것이 {1:g}입니다. 보통은 1e-3입니다.</translation>
    </message>
    <message>
        <source>{0} has momentum 0: its running mean and variance stay as they were made, and are used after model.eval(). 0.1 is usual.</source>
        <translation>{0}의 momentum이 0입니다. 이동 평균과 분산이 처음 값 그대로 남아 model.eval() 뒤에 쓰입니다. 보통은 0.1입니다.</translation>
    </message>
    <message>
        <source>{1} % of the values of {0} are at its ends, where it is flat: almost no gradient passes.</source>
        <translation>{0}의 값 중 {1}%가 평평한 양 끝에 있습니다. 변화도가 거의 지나가지 못합니다.</translation>
    </message>
    <message>
        <source>The learning rate schedule stepped before {0} did, so its first rate is never used: this first step takes {1:.4g}. Call scheduler.step() after optimizer.step().</source>
        <translation>학습률 스케줄이 {0}보다 먼저 step했으므로 첫 학습률은 쓰이지 않습니다. 이 첫 step의 학습률은 {1:.4g}입니다. scheduler.step()은 optimizer.step() 다음에 호출하세요.</translation>
    </message>
    <message>
        <source>Layer {0} is the same one as {1}: the {2} places share its weights. To have {2} layers, make each anew: [make() for _ in range({2})].</source>
        <translation>층 {0}은(는) {1}와(과) 같은 층입니다. {2}곳이 가중치를 함께 씁니다. 층 {2}개가 필요하면 하나씩 새로 만드세요: [make() for _ in range({2})].</translation>
    </message>
    <message>
        <source>{4} reads the classes along dim 1 of {3}, where the probabilities do not add up to 1: {0} runs over dim {1} of {2}. Let it run over the axis of the classes.</source>
        <translation>{4}은(는) {3}의 dim 1에서 클래스를 읽지만, 거기서는 확률의 합이 1이 아닙니다. {0}이(가) {2}의 dim {1}을 따라 계산했습니다. 클래스 축을 따라 계산하게 하세요.</translation>
    </message>
    <message>
        <source>{0} runs over dim 0, the {1} samples of the batch: use dim=1, the {2} classes.</source>
        <translation>{0}이(가) dim 0, 곧 배치의 샘플 {1}개 방향으로 실행됩니다. 클래스 {2}개의 방향인 dim=1을 쓰십시오.</translation>
    </message>
    <message>
        <source>softmax runs over dim {0} of the scores {1}, which is that of samples or heads: the weights by which a query reads the values do not add up to 1. Use dim=-1, the keys.</source>
        <translation>softmax가 점수 {1}의 차원 {0}을(를) 따라 계산되는데, 이것은 샘플이나 헤드의 차원입니다. 질의 하나가 값을 읽는 가중치의 합이 1이 되지 않습니다. 키의 차원인 dim=-1을 쓰세요.</translation>
    </message>
    <message>
        <source>softmax runs over dim {0} of the scores {1}, which is that of the queries: the weights by which one query reads the values do not add up to 1. Use dim=-1, the keys.</source>
        <translation>softmax가 점수 {1}의 {0}번 차원, 곧 질의의 차원을 따라 계산됩니다. 한 질의가 값을 읽는 가중치의 합이 1이 되지 않습니다. 키의 차원인 dim=-1을 쓰십시오.</translation>
    </message>
    <message>
        <source>nll_loss expects log-probabilities, and softmax gives probabilities: e to the power of a sample&apos;s numbers adds up to {0:.3g}, not 1. Replace softmax by log_softmax.</source>
        <translation>nll_loss는 로그 확률을 기대하는데 softmax는 확률을 줍니다. 한 샘플의 수를 지수로 한 e의 합이 1이 아니라 {0:.3g}입니다. softmax를 log_softmax로 바꾸십시오.</translation>
    </message>
    <message>
        <source>{0} comes before {1}, which expects raw scores: remove the {0}.</source>
        <translation>{1} 앞에 {0}이(가) 있습니다. {1}은(는) 가공되지 않은 점수를 받으니 {0}을(를) 빼세요.</translation>
    </message>
    <message>
        <source>The slope of {0} is 0 everywhere: nothing before it learns.</source>
        <translation>{0}의 기울기는 어디서나 0입니다. 그 앞에서는 아무것도 배우지 못합니다.</translation>
    </message>
    <message>
        <source>{0} stepped and moved none of its {1} parameters: {2} at {3} keeps backward from them. Leave it out of the loss that this step is for.</source>
        <translation>{0}이(가) 한 단계를 진행했지만 매개변수 {1}개 중 아무것도 움직이지 않았습니다. {3}의 {2} 때문에 역전파가 닿지 못합니다. 이 단계를 위한 손실에서는 그것을 빼세요.</translation>
    </message>
    <message>
        <source>{0} stepped with gradients that are {1:g} times too large: call scaler.step(optimizer), not optimizer.step().</source>
        <translation>{0}이(가) {1:g}배 너무 큰 변화도로 step했습니다. optimizer.step() 대신 scaler.step(optimizer)를 호출하세요.</translation>
    </message>
    <message>
        <source>The updates are smaller than the last digit of the weights: {0} stays as it is. The learning rate, or the gradient, is too small.</source>
        <translation>업데이트가 가중치의 마지막 자리보다 작습니다. {0}은(는) 그대로입니다. 학습률이나 변화도가 너무 작습니다.</translation>
    </message>
    <message>
        <source>Updates are {0:.3g} times as large as the weights; about 1e-3 is usual. Lower the learning rate.</source>
        <translation>갱신량이 가중치의 {0:.3g}배입니다. 보통 1e-3쯤입니다. 학습률을 낮추세요.</translation>
    </message>
    <message>
        <source>Updates are {0:.3g} times as large as the weights; about 1e-3 is usual. The learning rate may be too small.</source>
        <translation>갱신량이 가중치의 {0:.3g}배입니다. 보통 1e-3쯤입니다. 학습률이 너무 작을 수 있습니다.</translation>
    </message>
    <message>
        <source>The targets of cross_entropy are floats, so it takes them for probabilities, but a sample&apos;s add up to {0:.3g}, not 1. Give class numbers, or binary_cross_entropy_with_logits for several right answers.</source>
        <translation>cross_entropy의 타깃이 실수라서 확률로 여기지만, 한 샘플의 합이 1이 아니라 {0:.3g}입니다. 클래스 번호를 주거나, 정답이 여럿이면 binary_cross_entropy_with_logits를 쓰세요.</translation>
    </message>
    <message>
        <source>The targets of {0} go from {1:.4g} to {2:.4g}, but it is made for 0 to 1: beyond, the loss can fall without end. Scale the targets, or use another loss.</source>
        <translation>{0}의 타깃이 {1:.4g}에서 {2:.4g}까지인데, 이 손실은 0에서 1까지의 타깃을 위한 것입니다. 그 밖에서는 손실이 끝없이 내려갈 수 있습니다. 타깃을 맞추거나 다른 손실을 쓰세요.</translation>
    </message>
    <message>
        <source>{2} % of the targets of {1} lie where {0} cannot reach: it gives numbers from {3:g} to {4:g}. Leave out the last activation.</source>
        <translation>{1}의 타깃 중 {2} %는 {0}의 출력 범위({3:g}~{4:g}) 밖에 있습니다. 마지막 활성화를 빼세요.</translation>
    </message>
    <message>
        <source>{0} at {1} makes a plain number of a term of the loss, here {2:.4g}: it changes the loss, but no gradient, so it has no effect. Add the tensor itself.</source>
        <translation>{1}의 {0}이(가) 손실의 한 항을 단순한 숫자로 만듭니다(여기서는 {2:.4g}). 손실은 바뀌지만 변화도는 바뀌지 않으므로 효과가 없습니다. Tensor 자체를 더하세요.</translation>
    </message>
    <message>
        <source>{0} and {1} have the same numbers and are two parameters, as after a copy of tied weights: each gets a gradient and an update of its own. Assign one to the other last.</source>
        <translation>{0}와(과) {1}은(는) 수가 같지만 서로 다른 매개변수입니다. 공유하던 가중치를 복사한 뒤에 그렇게 됩니다. 변화도와 갱신을 따로 받습니다. 마지막에 하나를 다른 하나에 대입하세요.</translation>
    </message>
    <message>
        <source>The gradients of {0} mean losses are added up undivided: the sum is {0} times their mean.</source>
        <translation>평균 손실 {0}개의 변화도가 나누지 않고 더해졌습니다. 합은 그 평균의 {0}배입니다.</translation>
    </message>
    <message>
        <source>What is used at {1} got a gradient and is no parameter of the model: tensors of shape {0}. An optimizer made from model.parameters() does not step it. Use nn.ModuleList for a list of layers, nn.ParameterList for a list of parameters, and make them in __init__.</source>
        <translation>{1}에서 쓰인 것이 변화도를 받았지만 모델의 매개변수가 아닙니다. 모양이 {0}인 Tensor입니다. model.parameters()로 만든 옵티마이저는 이를 갱신하지 않습니다. 층의 목록에는 nn.ModuleList를, 매개변수의 목록에는 nn.ParameterList를 쓰고 __init__에서 만드십시오.</translation>
    </message>
    <message>
        <source>The model was in training mode where the loop validated it, at {0}: dropout and batch norm did what they do in training. Call model.eval() before, and model.train() after.</source>
        <translation>반복문이 {0}에서 모델을 검증할 때 모델이 학습 모드였습니다. 드롭아웃과 배치 정규화가 학습 때처럼 동작했습니다. 앞에서 model.eval()을, 뒤에서 model.train()을 호출하세요.</translation>
    </message>
    <message>
        <source>Gradients vanish: that of {0} is {2:.1e} times that of {1}.</source>
        <translation>변화도 소실: {0}의 변화도가 {1}의 {2:.1e}배입니다.</translation>
    </message>
    <message>
        <source>{0} makes {2} of {1}: that does not swap the axes, it mixes their numbers. Use transpose or permute.</source>
        <translation>{0}이(가) {1}을(를) {2}(으)로 만듭니다. 축이 바뀌는 것이 아니라 수가 섞입니다. transpose나 permute를 쓰십시오.</translation>
    </message>
    <message>
        <source>Every gradient is exactly 0, from {0} on, though the loss is not: no weight learns.</source>
        <translation>손실은 0이 아닌데 {0}부터 모든 변화도가 정확히 0입니다. 가중치가 배우지 못합니다.</translation>
    </message>
    <message>
        <source>{0} ran under torch.no_grad() or inference_mode(), so nothing before it gets a gradient. Parameters without one: {2}.</source>
        <translation>{0}이(가) torch.no_grad()나 inference_mode() 안에서 실행되어, 그 앞의 것은 변화도를 받지 못합니다. 변화도가 없는 매개변수: {2}.</translation>
    </message>
    <message>
        <source>{0} cuts the graph: nothing before it gets a gradient. Parameters without one: {2}.</source>
        <translation>{0}이(가) 그래프를 끊습니다. 그 앞에서는 아무것도 변화도를 받지 못합니다. 변화도가 없는 매개변수: {2}개.</translation>
    </message>
    <message>
        <source>The loss has a term that is made of weights by {0}: it changes the loss, but no gradient, so it has no effect. Compute it from the weights themselves.</source>
        <translation>손실에 {0}로 가중치에서 떼어 낸 항이 있습니다. 손실은 바뀌지만 변화도는 바뀌지 않아 효과가 없습니다. 가중치 자체로 계산하세요.</translation>
    </message>
    <message>
        <source>Backward began at a tensor that no operation made, such as nn.Parameter(loss), so no parameter gets a gradient. {0} made a loss that leads to them: call backward on that.</source>
        <translation>Backward가 nn.Parameter(loss)처럼 어떤 연산도 만들지 않은 Tensor에서 시작해, 변화도를 받는 매개변수가 없습니다. {0}이(가) 만든 손실은 매개변수로 이어집니다. 그 손실에서 backward를 호출하세요.</translation>
    </message>
    <message>
        <source>The losses of {0} earlier iterations are kept in a list, and with each its graph and memory. Append loss.item() or loss.detach().</source>
        <translation>이전 {0}번 반복의 손실이 목록에 남아 있고, 각 손실의 그래프와 메모리도 함께 남아 있습니다. loss.item()이나 loss.detach()를 넣으세요.</translation>
    </message>
    <message>
        <source>{0} stepped and moved none of its {1} parameters: {2} keeps backward from them. Leave it out of the loss that this step is for.</source>
        <translation>{0}이(가) 한 단계를 진행했지만 매개변수 {1}개 중 아무것도 움직이지 않았습니다. {2} 때문에 역전파가 닿지 못합니다. 이 단계를 위한 손실에서는 그것을 빼세요.</translation>
    </message>
    <message>
        <source>{0} makes a plain number of a term of the loss, here {2:.4g}: it changes the loss, but no gradient, so it has no effect. Add the tensor itself.</source>
        <translation>{0}이(가) 손실의 한 항을 단순한 숫자로 만듭니다(여기서는 {2:.4g}). 손실은 바뀌지만 변화도는 바뀌지 않으므로 효과가 없습니다. Tensor 자체를 더하세요.</translation>
    </message>
    <message>
        <source>Tensors of shape {0} got a gradient and are no parameters of the model. An optimizer made from model.parameters() does not step them. Use nn.ModuleList for a list of layers, nn.ParameterList for a list of parameters, and make them in __init__.</source>
        <translation>모양이 {0}인 Tensor들이 변화도를 받았지만 모델의 매개변수가 아닙니다. model.parameters()로 만든 옵티마이저는 이들을 갱신하지 않습니다. 층의 목록에는 nn.ModuleList를, 매개변수의 목록에는 nn.ParameterList를 쓰고 __init__에서 만드십시오.</translation>
    </message>
    <message>
        <source>No parameter requires a gradient</source>
        <translation>변화도를 요구하는 매개변수가 없음</translation>
    </message>
    <message>
        <source>Batch norm is in eval mode</source>
        <translation>배치 정규화가 eval 모드</translation>
    </message>
    <message>
        <source>The batch is taken for time in {0}</source>
        <translation>{0}이(가) 배치를 시간으로 봅니다</translation>
    </message>
    <message>
        <source>{0} compares all with all</source>
        <translation>{0}이(가) 모두를 모두와 비교합니다</translation>
    </message>
    <message>
        <source>zero_grad before step</source>
        <translation>step 전의 zero_grad</translation>
    </message>
    <message>
        <source>Clipping leaves next to nothing</source>
        <translation>클리핑 뒤에 거의 아무것도 남지 않습니다</translation>
    </message>
    <message>
        <source>Clipping after the step</source>
        <translation>step 다음의 클리핑</translation>
    </message>
    <message>
        <source>Clipping before backward</source>
        <translation>backward 전의 클리핑</translation>
    </message>
    <message>
        <source>Scaled gradients are clipped</source>
        <translation>스케일된 변화도를 클리핑합니다</translation>
    </message>
    <message>
        <source>A loss is counted twice</source>
        <translation>손실이 두 번 더해짐</translation>
    </message>
    <message>
        <source>{0} ran without a graph</source>
        <translation>{0}이(가) 그래프 없이 실행됨</translation>
    </message>
    <message>
        <source>The graph is cut at {0}</source>
        <translation>{0}에서 그래프가 끊깁니다</translation>
    </message>
    <message>
        <source>{0}: {1} of {2} units are dead</source>
        <translation>{0}: 유닛 {2}개 중 {1}개가 죽음</translation>
    </message>
    <message>
        <source>{0}: dead units, {1} of {2}</source>
        <translation>{0}: 죽은 유닛 {1}/{2}개</translation>
    </message>
    <message>
        <source>A term of the loss has no gradient</source>
        <translation>손실의 한 항에 변화도가 없음</translation>
    </message>
    <message>
        <source>{0} is on in eval mode too</source>
        <translation>{0}가 eval 모드에서도 켜져 있음</translation>
    </message>
    <message>
        <source>Dropout is off while the model trains</source>
        <translation>학습 중에 dropout이 꺼져 있습니다</translation>
    </message>
    <message>
        <source>The units of {0} are all equal</source>
        <translation>{0}의 유닛이 모두 같습니다</translation>
    </message>
    <message>
        <source>Gradients explode</source>
        <translation>변화도 폭발</translation>
    </message>
    <message>
        <source>{0} is frozen, but moves</source>
        <translation>{0}은(는) 고정되었는데 움직임</translation>
    </message>
    <message>
        <source>zero_grad was not called</source>
        <translation>zero_grad를 부르지 않음</translation>
    </message>
    <message>
        <source>Gradients pile up, and no step comes</source>
        <translation>변화도가 쌓이지만 step이 없습니다</translation>
    </message>
    <message>
        <source>The graph grows with every iteration</source>
        <translation>그래프가 반복마다 커집니다</translation>
    </message>
    <message>
        <source>Inputs are not normalised</source>
        <translation>입력이 정규화되지 않았습니다</translation>
    </message>
    <message>
        <source>The loss has the wrong sign</source>
        <translation>손실의 부호가 반대임</translation>
    </message>
    <message>
        <source>The loss is a sum of {1} numbers</source>
        <translation>손실이 숫자 {1}개의 합임</translation>
    </message>
    <message>
        <source>{0} gets no gradient</source>
        <translation>{0}이(가) 변화도를 받지 못함</translation>
    </message>
    <message>
        <source>The optimizer never steps</source>
        <translation>옵티마이저가 step을 하지 않습니다</translation>
    </message>
    <message>
        <source>Nothing between {0} and {1}</source>
        <translation>{0}와(과) {1} 사이에 아무것도 없습니다</translation>
    </message>
    <message>
        <source>A mask leaves nothing to {0}</source>
        <translation>마스크가 {0}에 아무것도 남기지 않습니다</translation>
    </message>
    <message>
        <source>{0} stepped, and no backward ran</source>
        <translation>{0}이(가) 단계를 진행했지만 backward가 실행되지 않음</translation>
    </message>
    <message>
        <source>{0} first appeared in {1}</source>
        <translation>{0}이(가) {1}에서 처음 나타남</translation>
    </message>
    <message>
        <source>The loss is {0}</source>
        <translation>손실이 {0}</translation>
    </message>
    <message>
        <source>{0} in the gradients, from {1}</source>
        <translation>변화도에 {0}, {1}에서 나왔습니다</translation>
    </message>
    <message>
        <source>{0} from {1}, hidden from the loss</source>
        <translation>{1}에서 생긴 {0}, 손실에는 보이지 않음</translation>
    </message>
    <message>
        <source>The update makes {1} {0}</source>
        <translation>업데이트로 {1}이(가) {0}이(가) 됩니다</translation>
    </message>
    <message>
        <source>{0} is in no optimizer</source>
        <translation>{0}이(가) 어느 옵티마이저에도 없음</translation>
    </message>
    <message>
        <source>nll_loss gets no log-probabilities</source>
        <translation>nll_loss가 받은 것은 로그 확률이 아닙니다</translation>
    </message>
    <message>
        <source>Backward began at a copy of the loss</source>
        <translation>Backward가 손실의 사본에서 시작함</translation>
    </message>
    <message>
        <source>The losses of {0} iterations keep their graphs</source>
        <translation>반복 {0}번의 손실이 그래프를 붙들고 있음</translation>
    </message>
    <message>
        <source>No parameter gets a gradient</source>
        <translation>어떤 매개변수도 변화도를 받지 못함</translation>
    </message>
    <message>
        <source>The optimizer has none of the model&apos;s parameters</source>
        <translation>옵티마이저에 모델의 매개변수가 없습니다</translation>
    </message>
    <message>
        <source>{0} of a single class</source>
        <translation>클래스가 하나뿐인 {0}</translation>
    </message>
    <message>
        <source>One {0} never steps</source>
        <translation>{0} 하나가 step을 하지 않습니다</translation>
    </message>
    <message>
        <source>Batch norm of one sample</source>
        <translation>샘플 하나의 배치 정규화</translation>
    </message>
    <message>
        <source>{0} holds {1}</source>
        <translation>{0}에 {1}이(가) 있음</translation>
    </message>
    <message>
        <source>kl_div gets no logarithms</source>
        <translation>kl_div에 로그가 아닌 값을 줌</translation>
    </message>
    <message>
        <source>The loop raised {0}</source>
        <translation>루프에서 {0}이(가) 발생했습니다</translation>
    </message>
    <message>
        <source>torch raised {0}</source>
        <translation>torch가 {0}을(를) 일으켰습니다</translation>
    </message>
    <message>
        <source>The learning rate is 0</source>
        <translation>학습률이 0입니다</translation>
    </message>
    <message>
        <source>The learning rate is very large</source>
        <translation>학습률이 매우 큽니다</translation>
    </message>
    <message>
        <source>Mean and sum of {0} are mixed</source>
        <translation>{0}의 평균과 합이 섞임</translation>
    </message>
    <message>
        <source>The statistics of batch norm {0} stand still</source>
        <translation>배치 정규화 {0}의 통계가 멈춰 있음</translation>
    </message>
    <message>
        <source>{0} is saturated</source>
        <translation>{0}이(가) 포화되었습니다</translation>
    </message>
    <message>
        <source>The schedule steps before {0}</source>
        <translation>스케줄이 {0}보다 먼저 step합니다</translation>
    </message>
    <message>
        <source>One layer in {2} places: {0}</source>
        <translation>한 층이 {2}곳에 있음: {0}</translation>
    </message>
    <message>
        <source>{0} not over the classes</source>
        <translation>{0}이(가) 클래스 축을 따르지 않음</translation>
    </message>
    <message>
        <source>{1} ignores all of its targets</source>
        <translation>{1}이(가) 모든 목표를 무시합니다</translation>
    </message>
    <message>
        <source>{0} stepped for nothing</source>
        <translation>{0}의 헛된 단계</translation>
    </message>
    <message>
        <source>softmax over samples or heads</source>
        <translation>샘플이나 헤드를 따르는 softmax</translation>
    </message>
    <message>
        <source>{0} over the batch</source>
        <translation>배치 방향의 {0}</translation>
    </message>
    <message>
        <source>softmax over the queries</source>
        <translation>질의를 따라 계산한 softmax</translation>
    </message>
    <message>
        <source>nll_loss gets probabilities, not logarithms</source>
        <translation>nll_loss가 로그가 아닌 확률을 받습니다</translation>
    </message>
    <message>
        <source>{0} before {1}</source>
        <translation>{1} 앞에 {0}</translation>
    </message>
    <message>
        <source>{0} passes no gradient</source>
        <translation>{0}은(는) 변화도를 통과시키지 않습니다</translation>
    </message>
    <message>
        <source>A step with scaled gradients</source>
        <translation>스케일된 변화도로 한 step</translation>
    </message>
    <message>
        <source>Updates are too small to change a weight</source>
        <translation>업데이트가 너무 작아 가중치를 바꾸지 못합니다</translation>
    </message>
    <message>
        <source>Updates are very large</source>
        <translation>갱신량이 아주 큼</translation>
    </message>
    <message>
        <source>Updates are very small</source>
        <translation>갱신량이 아주 작음</translation>
    </message>
    <message>
        <source>cross_entropy with other targets than probabilities</source>
        <translation>cross_entropy의 타깃이 확률이 아님</translation>
    </message>
    <message>
        <source>Targets beyond 0 to 1</source>
        <translation>0~1을 벗어난 타깃</translation>
    </message>
    <message>
        <source>{0} cannot reach the targets</source>
        <translation>{0}의 출력이 타깃에 닿지 못함</translation>
    </message>
    <message>
        <source>A term of the loss is a plain number</source>
        <translation>손실의 한 항이 단순한 숫자입니다</translation>
    </message>
    <message>
        <source>{0} and {1} are tied no more</source>
        <translation>{0}와(과) {1}의 공유가 풀림</translation>
    </message>
    <message>
        <source>{0} losses are added up undivided</source>
        <translation>손실 {0}개가 나누지 않고 더해짐</translation>
    </message>
    <message>
        <source>Not in the model: {0}</source>
        <translation>모델에 없음: {0}</translation>
    </message>
    <message>
        <source>Validated in training mode</source>
        <translation>학습 모드에서 검증함</translation>
    </message>
    <message>
        <source>Gradients vanish</source>
        <translation>변화도 소실</translation>
    </message>
    <message>
        <source>{0} in place of a transpose</source>
        <translation>transpose 대신 {0}</translation>
    </message>
    <message>
        <source>Every gradient is 0</source>
        <translation>모든 변화도가 0입니다</translation>
    </message>
    <message>
        <source>NaN or Inf</source>
        <translation>NaN 또는 Inf</translation>
    </message>
    <message>
        <source>unused parameters</source>
        <translation>쓰이지 않는 매개변수</translation>
    </message>
    <message>
        <source>parameters in no optimizer</source>
        <translation>옵티마이저에 없는 매개변수</translation>
    </message>
    <message>
        <source>layers outside the model, and broken ties</source>
        <translation>모델 밖의 층과 풀린 공유</translation>
    </message>
    <message>
        <source>vanishing or exploding gradients</source>
        <translation>변화도 소실 또는 폭발</translation>
    </message>
    <message>
        <source>dead units</source>
        <translation>죽은 유닛</translation>
    </message>
    <message>
        <source>softmax or sigmoid twice</source>
        <translation>softmax나 시그모이드 두 번</translation>
    </message>
    <message>
        <source>a missing zero_grad, backward or step</source>
        <translation>빠진 zero_grad, backward 또는 step</translation>
    </message>
    <message>
        <source>losses added up undivided</source>
        <translation>나누지 않고 더해진 손실</translation>
    </message>
    <message>
        <source>a graph that grows</source>
        <translation>커지는 그래프</translation>
    </message>
    <message>
        <source>batch norm in eval mode or of one sample</source>
        <translation>eval 모드나 샘플 하나의 배치 정규화</translation>
    </message>
    <message>
        <source>dropout that is off</source>
        <translation>꺼진 dropout</translation>
    </message>
    <message>
        <source>dropout that is always on</source>
        <translation>항상 켜진 드롭아웃</translation>
    </message>
    <message>
        <source>validation in training mode</source>
        <translation>학습 모드에서의 검증</translation>
    </message>
    <message>
        <source>a loss with the wrong sign</source>
        <translation>부호가 반대인 손실</translation>
    </message>
    <message>
        <source>targets that do not fit the loss</source>
        <translation>손실에 맞지 않는 타깃</translation>
    </message>
    <message>
        <source>gradients of 0</source>
        <translation>0인 변화도</translation>
    </message>
    <message>
        <source>axes that are mixed up</source>
        <translation>뒤바뀐 축</translation>
    </message>
    <message>
        <source>raw scores in nll_loss</source>
        <translation>nll_loss의 원점수</translation>
    </message>
    <message>
        <source>clipping</source>
        <translation>클리핑</translation>
    </message>
    <message>
        <source>inputs that are not normalised</source>
        <translation>정규화되지 않은 입력</translation>
    </message>
    <message>
        <source>layers that add nothing</source>
        <translation>더하는 것이 없는 층</translation>
    </message>
    <message>
        <source>unusual learning rates</source>
        <translation>보통이 아닌 학습률</translation>
    </message>
    <message>
        <source>exceptions</source>
        <translation>예외</translation>
    </message>
</context>
<context>
    <name>formulas</name>
    <message>
        <source>There is no description of this node.</source>
        <translation>이 노드의 설명이 없습니다.</translation>
    </message>
    <message>
        <source>A torch.autograd.Function of your own: its backward method says what it computes.</source>
        <translation>직접 만든 torch.autograd.Function: 무엇을 계산하는지는 그 backward 메서드에 있습니다.</translation>
    </message>
    <message>
        <source>Adds the gradient that arrives to .grad; where .grad was None, it becomes the gradient.</source>
        <translation>도착한 변화도를 .grad에 더합니다. .grad가 None이었으면 그 변화도가 됩니다.</translation>
    </message>
    <message>
        <source>Multiplies the gradient by the slope of the power, towards its base and its exponent.</source>
        <translation>변화도에 거듭제곱의 기울기를 곱해 밑과 지수로 보냅니다.</translation>
    </message>
    <message>
        <source>Sends the gradient to the largest element; n equal ones share it.</source>
        <translation>변화도를 가장 큰 원소로 보냅니다. 같은 것이 n개면 나눠 갖습니다.</translation>
    </message>
    <message>
        <source>Sends the gradient to the smallest element; n equal ones share it.</source>
        <translation>변화도를 가장 작은 원소로 보냅니다. 같은 것이 n개면 나눠 갖습니다.</translation>
    </message>
    <message>
        <source>Spreads the gradient back over the input through the kernels; the kernels get the input correlated with it, the bias its sum over batch and positions.</source>
        <translation>변화도를 커널을 거쳐 입력으로 되돌려 퍼뜨립니다. 커널은 입력과 변화도의 상관을, 편향은 배치와 위치에 걸친 합을 받습니다.</translation>
    </message>
    <message>
        <source>Sums the gradient over the batch for the bias, and multiplies it with each factor for the other. In a Linear layer A is the transposed weight.</source>
        <translation>변화도를 배치에 걸쳐 더해 편향으로 보내고, 각 인수를 곱해 다른 쪽으로 보냅니다. Linear 층에서 A는 전치된 가중치입니다.</translation>
    </message>
    <message>
        <source>Adds each gradient to the row that was looked up; the other rows get zeros.</source>
        <translation>각 변화도를 찾았던 행에 더합니다. 다른 행은 0을 받습니다.</translation>
    </message>
    <message>
        <source>In training: takes out of each channel&apos;s gradient its mean over the batch and its part along the input.</source>
        <translation>학습 중: 각 채널의 변화도에서 배치에 걸친 평균과 입력 방향의 부분을 뺍니다.</translation>
    </message>
    <message>
        <source>Takes out of each sample&apos;s gradient its mean and its part along the input.</source>
        <translation>각 샘플의 변화도에서 평균과 입력 방향의 부분을 뺍니다.</translation>
    </message>
    <message>
        <source>Takes out of each group&apos;s gradient its mean and its part along the input.</source>
        <translation>각 묶음의 변화도에서 평균과 입력 방향의 부분을 뺍니다.</translation>
    </message>
    <message>
        <source>What was dropped gets zero; what was kept gets the gradient, scaled as in forward.</source>
        <translation>버려진 것은 0을, 남은 것은 순전파에서처럼 배율을 곱한 변화도를 받습니다.</translation>
    </message>
    <message>
        <source>The values get the gradient weighted by the attention; queries and keys get it through the softmax.</source>
        <translation>값은 주의로 가중된 변화도를 받고, 쿼리와 키는 softmax를 거쳐 받습니다.</translation>
    </message>
    <message>
        <source>Sends each gradient to the element i that was the largest of its window; where windows overlap, it adds them up.</source>
        <translation>각 변화도를 창에서 가장 컸던 원소 i로 보냅니다. 창이 겹치는 곳에서는 더합니다.</translation>
    </message>
    <message>
        <source>Gives each of the k elements i of a window an equal share of its gradient.</source>
        <translation>창의 원소 k개 각각에 변화도를 똑같이 나눠 줍니다.</translation>
    </message>
    <message>
        <source>Gives every element that went into the mean an equal share of the gradient.</source>
        <translation>평균에 들어간 모든 원소에 변화도를 똑같이 나눠 줍니다.</translation>
    </message>
    <message>
        <source>Every element summed gets the same gradient.</source>
        <translation>더해진 모든 원소가 같은 변화도를 받습니다.</translation>
    </message>
    <message>
        <source>Sends the gradient to the element i that was the largest; all others get zero.</source>
        <translation>변화도를 가장 컸던 원소 i로 보냅니다. 나머지는 모두 0을 받습니다.</translation>
    </message>
    <message>
        <source>Sends the gradient to the element i that was the smallest; all others get zero.</source>
        <translation>변화도를 가장 작았던 원소 i로 보냅니다. 나머지는 모두 0을 받습니다.</translation>
    </message>
    <message>
        <source>Multiplies by the product of the others.</source>
        <translation>나머지 것들의 곱을 곱합니다.</translation>
    </message>
    <message>
        <source>Sums the gradient from each place to the end.</source>
        <translation>각 자리에서 끝까지의 변화도를 더합니다.</translation>
    </message>
    <message>
        <source>Shares the gradient out by the softmax of the input.</source>
        <translation>입력의 softmax에 따라 변화도를 나눠 줍니다.</translation>
    </message>
    <message>
        <source>Twice the error of each element, divided by their number n; a sum does not divide.</source>
        <translation>각 원소의 오차의 두 배를 원소 수 n으로 나눕니다. 합(sum)이면 나누지 않습니다.</translation>
    </message>
    <message>
        <source>The error of each element, cut at −½ and ½, divided by their number n.</source>
        <translation>각 원소의 오차를 −½과 ½에서 자르고 원소 수 n으로 나눕니다.</translation>
    </message>
    <message>
        <source>The error of each element, cut at −1 and 1, divided by their number n.</source>
        <translation>각 원소의 오차를 −1과 1에서 자르고 원소 수 n으로 나눕니다.</translation>
    </message>
    <message>
        <source>Each sample&apos;s own class gets an equal share with a minus sign; the other classes get zero. N counts the samples; a sum over the batch does not divide.</source>
        <translation>각 샘플의 자기 클래스가 음의 부호로 같은 몫을 받고, 다른 클래스는 0을 받습니다. N은 샘플의 수이며, 배치에 걸친 합이면 나누지 않습니다.</translation>
    </message>
    <message>
        <source>The error of each element, the larger the surer it was.</source>
        <translation>각 원소의 오차로, 확신이 클수록 큽니다.</translation>
    </message>
    <message>
        <source>The error of each element&apos;s sigmoid, divided by their number n.</source>
        <translation>각 원소의 시그모이드의 오차를 원소 수 n으로 나눕니다.</translation>
    </message>
    <message>
        <source>Takes from the gradient its sum over the classes, shared out by their probabilities.</source>
        <translation>변화도에서 클래스에 걸친 합을 확률에 따라 나누어 뺍니다.</translation>
    </message>
    <message>
        <source>Each gradient less their mean weighted by the probabilities, times its own probability.</source>
        <translation>각 변화도에서 확률로 가중한 평균을 빼고 자신의 확률을 곱합니다.</translation>
    </message>
    <message>
        <source>Lets the gradient through where the output is positive and stops it where it is 0.</source>
        <translation>출력이 양수인 곳은 변화도를 통과시키고 0인 곳은 막습니다.</translation>
    </message>
    <message>
        <source>Lets the gradient through where the input is positive; elsewhere a small part of it.</source>
        <translation>입력이 양수인 곳은 변화도를 통과시키고, 다른 곳은 작은 일부만 통과시킵니다.</translation>
    </message>
    <message>
        <source>Lets the gradient through where the input is positive; elsewhere it fades.</source>
        <translation>입력이 양수인 곳은 변화도를 통과시키고, 다른 곳에서는 점점 약해집니다.</translation>
    </message>
    <message>
        <source>Lets the gradient through where the input was above the threshold.</source>
        <translation>입력이 문턱값보다 컸던 곳은 변화도를 통과시킵니다.</translation>
    </message>
    <message>
        <source>Lets the gradient through between the two bounds.</source>
        <translation>두 경계 사이의 변화도를 통과시킵니다.</translation>
    </message>
    <message>
        <source>Multiplies by the slope: 1 at zero, almost nothing where the output is near ±1.</source>
        <translation>기울기를 곱합니다. 0에서 1이고, 출력이 ±1에 가까우면 거의 0입니다.</translation>
    </message>
    <message>
        <source>Multiplies by the slope: ¼ at zero, almost nothing where the output is near 0 or 1.</source>
        <translation>기울기를 곱합니다. 0에서 ¼이고, 출력이 0이나 1에 가까우면 거의 0입니다.</translation>
    </message>
    <message>
        <source>Multiplies the gradient by the slope of the function at its input.</source>
        <translation>변화도에 입력에서의 함수의 기울기를 곱합니다.</translation>
    </message>
    <message>
        <source>Multiplies by the slope; Φ and φ are the normal distribution and its density.</source>
        <translation>기울기를 곱합니다. Φ와 φ는 정규 분포와 그 밀도입니다.</translation>
    </message>
    <message>
        <source>Multiplies the gradient by the sigmoid of the input (here with β = 1).</source>
        <translation>변화도에 입력의 시그모이드를 곱합니다(여기서는 β = 1).</translation>
    </message>
    <message>
        <source>Multiplies the gradient by the output.</source>
        <translation>변화도에 출력을 곱합니다.</translation>
    </message>
    <message>
        <source>Divides the gradient by the input.</source>
        <translation>변화도를 입력으로 나눕니다.</translation>
    </message>
    <message>
        <source>Divides by one plus the input.</source>
        <translation>1에 입력을 더한 것으로 나눕니다.</translation>
    </message>
    <message>
        <source>Divides by twice the root: at 0 that is without bound.</source>
        <translation>제곱근의 두 배로 나눕니다. 0에서는 한없이 커집니다.</translation>
    </message>
    <message>
        <source>Multiplies by minus half the cube of the output.</source>
        <translation>출력의 세제곱의 반에 음의 부호를 붙여 곱합니다.</translation>
    </message>
    <message>
        <source>Multiplies by minus the square of the output.</source>
        <translation>출력의 제곱에 음의 부호를 붙여 곱합니다.</translation>
    </message>
    <message>
        <source>Multiplies the gradient by the slope of the power.</source>
        <translation>변화도에 거듭제곱의 기울기를 곱합니다.</translation>
    </message>
    <message>
        <source>Multiplies by the cosine of the input.</source>
        <translation>입력의 코사인을 곱합니다.</translation>
    </message>
    <message>
        <source>Multiplies by minus the sine of the input.</source>
        <translation>입력의 사인에 음의 부호를 붙여 곱합니다.</translation>
    </message>
    <message>
        <source>Turns the sign where the input was negative.</source>
        <translation>입력이 음수였던 곳의 부호를 바꿉니다.</translation>
    </message>
    <message>
        <source>Turns the sign of the gradient.</source>
        <translation>변화도의 부호를 바꿉니다.</translation>
    </message>
    <message>
        <source>Steps have no slope: sends zeros.</source>
        <translation>계단에는 기울기가 없어 0을 보냅니다.</translation>
    </message>
    <message>
        <source>What was overwritten gets zero; the rest gets the gradient as it is. The value gets the sum of what was overwritten.</source>
        <translation>덮어쓴 것은 0을, 나머지는 변화도를 그대로 받습니다. 값은 덮어쓴 곳의 합을 받습니다.</translation>
    </message>
    <message>
        <source>Each element&apos;s gradient goes to the side it was taken from.</source>
        <translation>각 원소의 변화도는 그것을 가져온 쪽으로 갑니다.</translation>
    </message>
    <message>
        <source>Both terms get the gradient as it is, summed over what was broadcast.</source>
        <translation>두 항이 변화도를 그대로 받되, 브로드캐스트된 것에 걸쳐 더합니다.</translation>
    </message>
    <message>
        <source>The first term gets the gradient, the second its negative, summed over what was broadcast.</source>
        <translation>첫 항은 변화도를, 둘째 항은 그 음수를 받되, 브로드캐스트된 것에 걸쳐 더합니다.</translation>
    </message>
    <message>
        <source>Each factor gets the gradient times the other factor, summed over what was broadcast.</source>
        <translation>각 인수는 변화도에 다른 인수를 곱한 것을 받되, 브로드캐스트된 것에 걸쳐 더합니다.</translation>
    </message>
    <message>
        <source>The quotient rule, summed over what was broadcast.</source>
        <translation>몫의 미분법입니다. 브로드캐스트된 것에 걸쳐 더합니다.</translation>
    </message>
    <message>
        <source>Each matrix gets the gradient multiplied with the other, transposed.</source>
        <translation>각 행렬은 변화도에 다른 행렬의 전치를 곱한 것을 받습니다.</translation>
    </message>
    <message>
        <source>In each matrix of the batch: the gradient multiplied with the other, transposed.</source>
        <translation>배치의 각 행렬에서: 변화도에 다른 행렬의 전치를 곱한 것.</translation>
    </message>
    <message>
        <source>The matrix gets the outer product with the vector, the vector what comes back through the matrix.</source>
        <translation>행렬은 벡터와의 외적을, 벡터는 행렬을 거쳐 돌아오는 것을 받습니다.</translation>
    </message>
    <message>
        <source>Each vector gets the other, times the gradient.</source>
        <translation>각 벡터는 다른 벡터에 변화도를 곱한 것을 받습니다.</translation>
    </message>
    <message>
        <source>Transposes the gradient back.</source>
        <translation>변화도를 다시 전치합니다.</translation>
    </message>
    <message>
        <source>Swaps the same two dimensions back.</source>
        <translation>같은 두 차원을 다시 바꿉니다.</translation>
    </message>
    <message>
        <source>Puts dimensions back.</source>
        <translation>차원을 제자리로 되돌립니다.</translation>
    </message>
    <message>
        <source>The same numbers in another shape: gives the gradient the shape of the input.</source>
        <translation>모양만 다른 같은 수들: 변화도에 입력의 모양을 줍니다.</translation>
    </message>
    <message>
        <source>Sends the gradient on as it is.</source>
        <translation>변화도를 그대로 전달합니다.</translation>
    </message>
    <message>
        <source>Sends it on in the input&apos;s own type and place.</source>
        <translation>입력 자신의 자료형과 장치로 전달합니다.</translation>
    </message>
    <message>
        <source>Sums the gradient over the copies.</source>
        <translation>복사본들에 걸쳐 변화도를 더합니다.</translation>
    </message>
    <message>
        <source>Cuts the gradient up: each tensor gets the part i that it became.</source>
        <translation>변화도를 잘라, 각 텐서가 자신이 된 부분 i를 받습니다.</translation>
    </message>
    <message>
        <source>Joins the parts&apos; gradients again; a part that was not used counts as zeros.</source>
        <translation>부분들의 변화도를 다시 잇습니다. 쓰이지 않은 부분은 0으로 셉니다.</translation>
    </message>
    <message>
        <source>Joins the slices&apos; gradients again; one that was not used counts as zeros.</source>
        <translation>조각들의 변화도를 다시 잇습니다. 쓰이지 않은 조각은 0으로 셉니다.</translation>
    </message>
    <message>
        <source>Only a part was used: that part gets the gradient, the rest gets zeros.</source>
        <translation>일부만 쓰였습니다. 그 부분이 변화도를 받고 나머지는 0을 받습니다.</translation>
    </message>
    <message>
        <source>Adds each gradient to the element it was taken from.</source>
        <translation>각 변화도를 그것을 가져온 원소에 더합니다.</translation>
    </message>
    <message>
        <source>Cuts the border off: i are the places inside it.</source>
        <translation>테두리를 잘라 냅니다. i는 그 안의 자리입니다.</translation>
    </message>
</context>
<context>
    <name>guard</name>
    <message>
        <source>could not be drawn</source>
        <translation>그릴 수 없습니다</translation>
    </message>
</context>
<context>
    <name>health</name>
    <message>
        <source>the network</source>
        <translation>신경망</translation>
    </message>
    <message>
        <source>{0}: gradient of the output</source>
        <translation>{0}: 출력의 변화도</translation>
    </message>
    <message>
        <source>{0}.grad</source>
        <translation>{0}.grad</translation>
    </message>
    <message>
        <source>{0} after the update</source>
        <translation>{0} 갱신 후</translation>
    </message>
    <message>
        <source>{0}: output</source>
        <translation>{0}: 출력</translation>
    </message>
    <message>
        <source>tensor</source>
        <translation>텐서</translation>
    </message>
    <message>
        <source>shape</source>
        <translation>shape</translation>
    </message>
    <message>
        <source>norm</source>
        <translation>노름</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>평균</translation>
    </message>
    <message>
        <source>min</source>
        <translation>최소</translation>
    </message>
    <message>
        <source>max</source>
        <translation>최대</translation>
    </message>
    <message>
        <source>zeros</source>
        <translation>0의 비율</translation>
    </message>
    <message>
        <source>NaN/inf since</source>
        <translation>NaN/inf 시작</translation>
    </message>
    <message>
        <source>iteration</source>
        <translation>반복</translation>
    </message>
    <message>
        <source>The tensor over the iterations</source>
        <translation>반복에 따른 텐서</translation>
    </message>
    <message>
        <source>Health</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Find…</source>
        <translation>찾기…</translation>
    </message>
    <message>
        <source>Find a tensor</source>
        <translation>텐서 찾기</translation>
    </message>
    <message>
        <source>Show only tensors with this in their name</source>
        <translation>이름에 이 글자가 있는 텐서만 보입니다</translation>
    </message>
    <message>
        <source>What is drawn</source>
        <translation>그릴 값</translation>
    </message>
    <message>
        <source>What is drawn of the tensor that is chosen</source>
        <translation>고른 텐서에서 그릴 값</translation>
    </message>
    <message>
        <source>Tensors in their last iteration</source>
        <translation>마지막 반복의 텐서</translation>
    </message>
    <message>
        <source>{0} tensors · {1} iterations</source>
        <translation>텐서 {0}개 · 반복 {1}회</translation>
    </message>
</context>
<context>
    <name>interventions</name>
    <message>
        <source>The gradient out of {node} was scaled by {value}.</source>
        <translation>{node}에서 나가는 변화도를 {value}배 했습니다.</translation>
    </message>
    <message>
        <source>The gradient out of {node} was clipped to ±{value}.</source>
        <translation>{node}에서 나가는 변화도를 ±{value}에서 잘랐습니다.</translation>
    </message>
    <message>
        <source>The gradient out of {node} was set to zero.</source>
        <translation>{node}에서 나가는 변화도를 0으로 했습니다.</translation>
    </message>
    <message>
        <source>Noise of standard deviation {value} was added to the gradient out of {node}.</source>
        <translation>{node}에서 나가는 변화도에 표준편차 {value}의 잡음을 더했습니다.</translation>
    </message>
    <message>
        <source>Backward will scale the gradient out of {node} by {value}.</source>
        <translation>backward가 {node}에서 나가는 변화도를 {value}배 합니다.</translation>
    </message>
    <message>
        <source>Backward will clip the gradient out of {node} to ±{value}.</source>
        <translation>backward가 {node}에서 나가는 변화도를 ±{value}에서 자릅니다.</translation>
    </message>
    <message>
        <source>Backward will set the gradient out of {node} to zero.</source>
        <translation>backward가 {node}에서 나가는 변화도를 0으로 합니다.</translation>
    </message>
    <message>
        <source>Backward will add noise of standard deviation {value} to the gradient out of {node}.</source>
        <translation>backward가 {node}에서 나가는 변화도에 표준편차 {value}의 잡음을 더합니다.</translation>
    </message>
    <message>
        <source>the node of {key}</source>
        <translation>{key}의 노드</translation>
    </message>
    <message>
        <source>this node</source>
        <translation>이 노드</translation>
    </message>
    <message>
        <source>{name} of {key}</source>
        <translation>{key}의 {name}</translation>
    </message>
</context>
<context>
    <name>keys</name>
    <message>
        <source>In the timeline</source>
        <translation>타임라인에서</translation>
    </message>
    <message>
        <source>Previous or next event</source>
        <translation>이전 또는 다음 이벤트</translation>
    </message>
    <message>
        <source>First or last event</source>
        <translation>첫 또는 마지막 이벤트</translation>
    </message>
    <message>
        <source>Previous or next iteration</source>
        <translation>이전 또는 다음 반복</translation>
    </message>
    <message>
        <source>In the autograd graph</source>
        <translation>Autograd 그래프에서</translation>
    </message>
    <message>
        <source>Move between nodes</source>
        <translation>노드 사이를 이동</translation>
    </message>
    <message>
        <source>Select the node</source>
        <translation>노드 선택</translation>
    </message>
    <message>
        <source>Set a breakpoint at the node</source>
        <translation>노드에 중단점 정하기</translation>
    </message>
    <message>
        <source>Zoom in or out</source>
        <translation>확대 또는 축소</translation>
    </message>
    <message>
        <source>Show the whole graph</source>
        <translation>그래프 전체 보기</translation>
    </message>
    <message>
        <source>In the network</source>
        <translation>신경망에서</translation>
    </message>
    <message>
        <source>Move between maps</source>
        <translation>맵 사이를 이동</translation>
    </message>
    <message>
        <source>Enlarge the map</source>
        <translation>맵을 크게</translation>
    </message>
    <message>
        <source>Show the layer&apos;s other output</source>
        <translation>층의 다른 출력 보기</translation>
    </message>
    <message>
        <source>Close the enlarged map</source>
        <translation>크게 본 맵 닫기</translation>
    </message>
    <message>
        <source>Copy the number under the mouse, or the map</source>
        <translation>마우스 아래의 수 또는 맵 복사</translation>
    </message>
    <message>
        <source>Where does it come from?</source>
        <translation>이 수는 어디에서 왔나요?</translation>
    </message>
    <message>
        <source>Move between numbers</source>
        <translation>수 사이를 이동</translation>
    </message>
    <message>
        <source>Ask where the number comes from</source>
        <translation>수가 어디에서 왔는지 묻기</translation>
    </message>
    <message>
        <source>Back to the number before, forward again</source>
        <translation>이전 수로, 다시 앞으로</translation>
    </message>
    <message>
        <source>Check the gradient by finite differences</source>
        <translation>유한 차분으로 변화도 검사</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>In the program</source>
        <translation>프로그램에서</translation>
    </message>
    <message>
        <source>Select what the line computes</source>
        <translation>그 줄이 계산하는 것 선택</translation>
    </message>
    <message>
        <source>In the plots</source>
        <translation>그래프(plot)에서</translation>
    </message>
    <message>
        <source>Move the crosshair</source>
        <translation>십자선 옮기기</translation>
    </message>
    <message>
        <source>Move the crosshair farther</source>
        <translation>십자선 더 멀리 옮기기</translation>
    </message>
    <message>
        <source>First or last iteration</source>
        <translation>첫 또는 마지막 반복</translation>
    </message>
    <message>
        <source>Show the whole curve</source>
        <translation>곡선 전체 보기</translation>
    </message>
    <message>
        <source>Select a parameter in the gradient flow</source>
        <translation>변화도 흐름에서 매개변수 선택</translation>
    </message>
    <message>
        <source>Hide the crosshair</source>
        <translation>십자선 숨기기</translation>
    </message>
    <message>
        <source>Copy the numbers at the crosshair</source>
        <translation>십자선의 수 복사</translation>
    </message>
    <message>
        <source>On the drawing pad</source>
        <translation>그리는 판에서</translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation>그림 지우기</translation>
    </message>
    <message>
        <source>Undo or redo a stroke</source>
        <translation>획 되돌리기 또는 다시 그리기</translation>
    </message>
    <message>
        <source>In the samples window</source>
        <translation>샘플 창에서</translation>
    </message>
    <message>
        <source>Move between samples or cells</source>
        <translation>샘플이나 칸 사이를 이동</translation>
    </message>
    <message>
        <source>Step through this sample</source>
        <translation>이 샘플로 단계별 실행</translation>
    </message>
    <message>
        <source>Show the samples of the cell</source>
        <translation>그 칸의 샘플 보기</translation>
    </message>
    <message>
        <source>Close the window</source>
        <translation>창을 닫습니다</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>어디에서나</translation>
    </message>
    <message>
        <source>Next or previous control</source>
        <translation>다음 또는 이전 컨트롤</translation>
    </message>
    <message>
        <source>Press the focused button</source>
        <translation>초점이 있는 단추 누르기</translation>
    </message>
    <message>
        <source>Dismiss a message</source>
        <translation>메시지 닫기</translation>
    </message>
    <message>
        <source>Compare a number with the iteration before</source>
        <translation>수를 이전 반복과 비교</translation>
    </message>
    <message>
        <source>Ctrl+click</source>
        <translation>Ctrl+클릭</translation>
    </message>
    <message>
        <source>Copy the rows of a table</source>
        <translation>표의 행 복사</translation>
    </message>
</context>
<context>
    <name>lenet</name>
    <message>
        <source>LeNet as the tutorial defines it: 10 parameters, 81,194 numbers.</source>
        <translation>튜토리얼의 LeNet: 매개변수 10개, 수 81,194개.</translation>
    </message>
    <message>
        <source>Input (N, 1, 32, 32) float32, output (N, 10) logits.</source>
        <translation>입력 (N, 1, 32, 32) float32, 출력 (N, 10) 로짓(logit).</translation>
    </message>
    <message>
        <source>Source: https</source>
        <translation>출처: https</translation>
    </message>
    <message>
        <source># After each line: the shape of what it made of one sample.</source>
        <translation># 줄 끝의 수: 샘플 하나로 만든 것의 shape.</translation>
    </message>
    <message>
        <source>Logits (N, 10) of images (N, 1, 32, 32).</source>
        <translation>이미지 (N, 1, 32, 32)의 로짓 (N, 10).</translation>
    </message>
    <message>
        <source>The numbers in one sample of ``x``: the product of all sizes but the first.</source>
        <translation>``x``의 샘플 하나에 든 수의 개수: 첫 차원을 뺀 크기들의 곱.</translation>
    </message>
</context>
<context>
    <name>losses</name>
    <message>
        <source>Cross-entropy</source>
        <translation>교차 엔트로피</translation>
    </message>
    <message>
        <source>Minus the log of the probability that softmax gives each sample&apos;s label</source>
        <translation>softmax가 각 샘플의 레이블에 주는 확률의 로그에 음의 부호를 붙인 것</translation>
    </message>
    <message>
        <source>KL divergence</source>
        <translation>KL 발산</translation>
    </message>
    <message>
        <source>How far softmax of the output is from the target distribution, which gives the label 0.9 and spreads 0.1 over all classes</source>
        <translation>출력의 softmax가 목표 분포에서 얼마나 먼지. 목표 분포는 레이블에 0.9를 주고 0.1을 모든 클래스에 나눕니다</translation>
    </message>
    <message>
        <source>L1</source>
        <translation>L1</translation>
    </message>
    <message>
        <source>The mean of the absolute differences between the output and the target</source>
        <translation>출력과 목표의 차이의 절댓값의 평균</translation>
    </message>
    <message>
        <source>measures how far the output is from the target.</source>
        <translation>출력이 목표에서 얼마나 먼지 잽니다.</translation>
    </message>
    <message>
        <source>MSE</source>
        <translation>MSE</translation>
    </message>
    <message>
        <source>The mean of the squared differences between the output and the target</source>
        <translation>출력과 목표의 차이의 제곱의 평균</translation>
    </message>
    <message>
        <source>NLL of log-softmax</source>
        <translation>log-softmax의 NLL</translation>
    </message>
    <message>
        <source>The mean of minus each label&apos;s log-probability, from a log_softmax of its own: cross-entropy in two steps</source>
        <translation>각 레이블의 로그 확률에 음의 부호를 붙인 것의 평균. log_softmax를 따로 써서 교차 엔트로피를 두 단계로 나눕니다</translation>
    </message>
    <message>
        <source>backward(random)</source>
        <translation>backward(무작위)</translation>
    </message>
    <message>
        <source>No loss: backward starts from a random gradient of the output</source>
        <translation>손실 없음: backward가 출력의 무작위 변화도에서 시작합니다</translation>
    </message>
    <message>
        <source>is not computed: backward takes a random gradient instead.</source>
        <translation>계산하지 않습니다. backward가 대신 무작위 변화도를 받습니다.</translation>
    </message>
    <message>
        <source>Smooth L1</source>
        <translation>Smooth L1</translation>
    </message>
    <message>
        <source>The mean of half the squared differences between the output and the target, and of the absolute differences less ½ where they are 1 or more</source>
        <translation>출력과 목표의 차이의 제곱의 반의 평균. 차이가 1 이상인 곳에서는 절댓값에서 ½을 뺀 것</translation>
    </message>
    <message>
        <source>Huber, δ = ½</source>
        <translation>Huber, δ = ½</translation>
    </message>
    <message>
        <source>The mean of half the squared differences between the output and the target, and of ½·(absolute difference − ¼) where they are ½ or more</source>
        <translation>출력과 목표의 차이의 제곱의 반의 평균. 차이가 ½ 이상인 곳에서는 ½·(차이의 절댓값 − ¼)</translation>
    </message>
</context>
<context>
    <name>measures</name>
    <message>
        <source>How far the update moved all weights together: the root of the sum of the squares of the parameters&apos; changes.</source>
        <translation>갱신이 모든 가중치를 합쳐 얼마나 옮겼는지입니다. 각 매개변수의 변화를 제곱해 더한 값의 제곱근입니다.</translation>
    </message>
    <message>
        <source>How far the update moved the parameter, as a share of its own length. About 1e-3 is usual; far more is a learning rate that is too high, far less one that is too low.</source>
        <translation>갱신이 매개변수를 얼마나 옮겼는지를 매개변수 자신의 길이에 대한 비율로 나타냅니다. 보통 1e-3 정도입니다. 훨씬 크면 학습률이 너무 높고, 훨씬 작으면 너무 낮습니다.</translation>
    </message>
    <message>
        <source>The length of all gradients of the module together: the root of the sum of these squares.</source>
        <translation>모듈의 모든 변화도를 합친 길이입니다. 이 값들을 제곱해 더한 값의 제곱근입니다.</translation>
    </message>
    <message>
        <source>‖ ‖: length · w: weights · Δw: what the update changed · g: gradients</source>
        <translation>‖ ‖: 길이 · w: 가중치 · Δw: 갱신이 바꾼 만큼 · g: 변화도</translation>
    </message>
</context>
<context>
    <name>missing</name>
    <message>
        <source>The numbers of {0} are not recorded: it ran within torch.vmap or torch.func, where tensors have no memory of their own.</source>
        <translation>{0}의 값은 기록되지 않았습니다. 자체 메모리가 없는 Tensor를 쓰는 torch.vmap 또는 torch.func 안에서 실행되었습니다.</translation>
    </message>
    <message>
        <source>The numbers of {0} are not recorded: it is a nested tensor, whose rows may differ in length.</source>
        <translation>{0}의 값은 기록되지 않았습니다. 행마다 길이가 다를 수 있는 중첩 Tensor입니다.</translation>
    </message>
    <message>
        <source>The numbers of {0} are not recorded: it is lazy, and the first batch makes them.</source>
        <translation>{0}의 값은 기록되지 않았습니다. 첫 배치가 값을 만드는 지연(lazy) Tensor입니다.</translation>
    </message>
    <message>
        <source>The numbers of {0} are not recorded: it is of a tensor class that does not hand them out.</source>
        <translation>{0}의 값은 기록되지 않았습니다. 값을 내주지 않는 Tensor 클래스입니다.</translation>
    </message>
    <message>
        <source>The numbers of {0} are not recorded: torch does not hand them out.</source>
        <translation>{0}의 값은 기록되지 않았습니다. torch가 값을 내주지 않습니다.</translation>
    </message>
    <message>
        <source>The numbers of {0} are not recorded: fully_shard had freed them when they were to be copied.</source>
        <translation>{0}의 값은 기록되지 않았습니다. 복사하려 할 때 fully_shard가 이미 해제했습니다.</translation>
    </message>
    <message>
        <source>The numbers of {0} are not recorded: they were written over before they were copied.</source>
        <translation>{0}의 값은 기록되지 않았습니다. 복사되기 전에 덮어쓰였습니다.</translation>
    </message>
    <message>
        <source>What it computes inside is not recorded: it is scripted and runs outside Python. Its gradients are.</source>
        <translation>내부 계산은 기록되지 않았습니다. 스크립트로 변환되어 Python 밖에서 실행됩니다. 변화도는 기록됩니다.</translation>
    </message>
    <message>
        <source>It is recorded as it runs uncompiled: compiled, its last digits may differ.</source>
        <translation>컴파일하지 않고 실행한 것을 기록합니다. 컴파일하면 마지막 자릿수가 다를 수 있습니다.</translation>
    </message>
</context>
<context>
    <name>no_effect</name>
    <message>
        <source>It did not win the max pool: {0} took {1} ({2}).</source>
        <translation>최대 풀링에서 뽑히지 않았습니다: {0}이(가) {1}({2})을(를) 가져갔습니다.</translation>
    </message>
    <message>
        <source>Nor did it win any of the other {0} windows.</source>
        <translation>다른 창 {0}개에서도 뽑히지 않았습니다.</translation>
    </message>
    <message>
        <source>ReLU makes 0 of it: it is not above 0.</source>
        <translation>ReLU가 이 수를 0으로 만듭니다: 0보다 크지 않습니다.</translation>
    </message>
</context>
<context>
    <name>notebook</name>
    <message>
        <source># {0}: {1} iterations

Each line that the last cell prints is the loss of an iteration, bit for bit that of the run in backprop_viz. It needs torch alone.</source>
        <translation># {0}: 반복 {1}회

마지막 셀이 출력하는 각 줄은 한 반복의 손실이며, backprop_viz에서 실행한 값과 비트까지 같습니다. torch만 있으면 됩니다.</translation>
    </message>
    <message>
        <source>## Import torch

`F` has functions without weights, `nn` the layers and losses, `optim` the optimizers.</source>
        <translation>## torch 가져오기

`F`에는 가중치 없는 함수가, `nn`에는 층과 손실이, `optim`에는 옵티마이저가 있습니다.</translation>
    </message>
    <message>
        <source>## Define the network

`__init__` makes the layers that have weights; `forward` says how a batch goes through them. autograd makes the backward pass.</source>
        <translation>## 신경망 정의하기

`__init__`은 가중치가 있는 층을 만들고, `forward`는 배치가 층을 어떻게 지나는지 정합니다. backward는 autograd가 만듭니다.</translation>
    </message>
    <message>
        <source>## Make it

The seed decides the first weights: the same seed gives the same run.</source>
        <translation>## 신경망 만들기

시드가 처음 가중치를 정합니다. 시드가 같으면 실행도 같습니다.</translation>
    </message>
    <message>
        <source>## Make the data ready

`batches()` gives the inputs `x` and their targets `y`, one batch after the other.</source>
        <translation>## 데이터 준비하기

`batches()`는 입력 `x`와 목표 `y`를 한 배치씩 차례로 줍니다.</translation>
    </message>
    <message>
        <source>## Choose a loss and an update rule

The loss says how wrong an output is; the update rule moves each weight against its gradient.</source>
        <translation>## 손실과 갱신 규칙 고르기

손실은 출력이 얼마나 틀렸는지 나타내고, 갱신 규칙은 각 가중치를 변화도의 반대 방향으로 옮깁니다.</translation>
    </message>
    <message>
        <source>## Train

Each iteration clears the gradients, runs forward, computes the loss, runs backward and updates the weights.</source>
        <translation>## 학습하기

각 반복은 변화도를 지우고, forward를 실행하고, 손실을 계산하고, backward를 실행한 뒤 가중치를 갱신합니다.</translation>
    </message>
</context>
<context>
    <name>notices</name>
    <message>
        <source>This could not be run.</source>
        <translation>실행할 수 없었습니다.</translation>
    </message>
    <message>
        <source>This could not be run, so the run is as it was.</source>
        <translation>실행할 수 없었습니다. 학습은 그 전 상태 그대로입니다.</translation>
    </message>
    <message>
        <source>torch says: {0}</source>
        <translation>torch의 말: {0}</translation>
    </message>
    <message>
        <source>The loss became {0} in iteration {1}: lower the learning rate and press Reset.</source>
        <translation>반복 {1}에서 손실이 {0}이(가) 되었습니다. 학습률을 낮추고 초기화를 누르세요.</translation>
    </message>
    <message>
        <source>The loss became {0} in iteration {1}.</source>
        <translation>반복 {1}에서 손실이 {0}이(가) 되었습니다.</translation>
    </message>
    <message>
        <source>The loss became {0} in iteration {1}: the script is held. F5 lets it go on; it is not held for that again.</source>
        <translation>반복 {1}에서 손실이 {0}이(가) 되어 스크립트를 멈췄습니다. F5를 누르면 계속하고, 그 때문에 다시 멈추지는 않습니다.</translation>
    </message>
    <message>
        <source>The loss became {0} in iteration {1}, so training stopped before the update: lower the learning rate and press Reset.</source>
        <translation>반복 {1}에서 손실이 {0}이(가) 되어 갱신 전에 학습을 멈췄습니다. 학습률을 낮추고 초기화를 누르세요.</translation>
    </message>
    <message>
        <source>There is not enough memory for this: choose a smaller batch.</source>
        <translation>메모리가 부족합니다. 더 작은 배치를 고르세요.</translation>
    </message>
    <message>
        <source>This could not be run. {0} says: {1}: {2}</source>
        <translation>실행할 수 없었습니다. {0}의 말: {1}: {2}</translation>
    </message>
    <message>
        <source>This could not be run, so the run is as it was. {0} says: {1}: {2}</source>
        <translation>실행할 수 없었습니다. 학습은 그 전 상태 그대로입니다. {0}의 말: {1}: {2}</translation>
    </message>
    <message>
        <source>There is not enough memory for this, so the run is as it was: choose a smaller batch.</source>
        <translation>메모리가 부족합니다. 학습은 그 전 상태 그대로입니다. 더 작은 배치를 고르세요.</translation>
    </message>
    <message>
        <source>The process that runs torch could not start ({0}): choose Run &gt; Start torch again.</source>
        <translation>torch를 실행하는 프로세스를 시작하지 못했습니다({0}). 실행 &gt; torch 다시 시작을 고르세요.</translation>
    </message>
    <message>
        <source>The process that runs torch ended again and again ({0}): choose Run &gt; Start torch again.</source>
        <translation>torch를 실행하는 프로세스가 거듭 끝났습니다({0}). 실행 &gt; torch 다시 시작을 고르세요.</translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It is being started again.</source>
        <translation>torch를 실행하는 프로세스가 끝났습니다({0}). 다시 시작하고 있습니다.</translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It was restarted, and the run continues as it was saved in {1}.</source>
        <translation>torch를 실행하는 프로세스가 끝났습니다({0}). 다시 시작했으며, 실행은 {1}에 저장된 대로 이어집니다.</translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It was restarted with a new network, because the run could not be brought back. Its file stays where it is: {1}</source>
        <translation>torch를 실행하는 프로세스가 끝났습니다({0}). 실행을 되살릴 수 없어 새 신경망으로 다시 시작했습니다. 그 파일은 그대로 있습니다: {1}</translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It was restarted with the same settings and a new network; the loss so far stays on the plot.</source>
        <translation>torch를 실행하는 프로세스가 끝났습니다({0}). 같은 설정과 새 신경망으로 다시 시작했습니다. 지금까지의 손실은 그래프에 남습니다.</translation>
    </message>
    <message>
        <source>The process that runs torch ended ({0}). It was restarted, and the run continues from its last autosave, at most half a minute old.</source>
        <translation>torch를 실행하는 프로세스가 끝났습니다({0}). 다시 시작했으며, 실행은 많아야 30초 전인 마지막 자동 저장에서 이어집니다.</translation>
    </message>
    <message>
        <source>The process that runs torch is being started again.</source>
        <translation>torch를 실행하는 프로세스를 다시 시작하고 있습니다.</translation>
    </message>
    <message>
        <source>The process that runs torch was started again, and the run continues as it was saved in {0}.</source>
        <translation>torch를 실행하는 프로세스를 다시 시작했으며, 실행은 {0}에 저장된 대로 이어집니다.</translation>
    </message>
    <message>
        <source>The process that runs torch was started again with a new network, because the run could not be brought back. Its file stays where it is: {0}</source>
        <translation>torch를 실행하는 프로세스를 다시 시작했지만 실행을 되살릴 수 없어 새 신경망입니다. 그 파일은 그대로 있습니다: {0}</translation>
    </message>
    <message>
        <source>The process that runs torch was started again, with the same settings and a new network; the loss so far stays on the plot.</source>
        <translation>torch를 실행하는 프로세스를 같은 설정과 새 신경망으로 다시 시작했습니다. 지금까지의 손실은 그래프에 남습니다.</translation>
    </message>
    <message>
        <source>The process that runs torch was started again, and the run continues from its last autosave.</source>
        <translation>torch를 실행하는 프로세스를 다시 시작했으며, 실행은 마지막 자동 저장에서 이어집니다.</translation>
    </message>
    <message>
        <source>This was not done, because the process that runs torch has ended: choose Run &gt; Start torch again.</source>
        <translation>torch를 실행하는 프로세스가 끝나 있어 하지 못했습니다. 실행 &gt; torch 다시 시작을 고르세요.</translation>
    </message>
    <message>
        <source>Something in the window failed: {0}: {1}</source>
        <translation>창에서 무언가가 실패했습니다: {0}: {1}</translation>
    </message>
    <message>
        <source>The process that explains numbers ended ({0}). Ask again to start another.</source>
        <translation>수를 설명하는 프로세스가 끝났습니다({0}). 다시 물으면 새로 시작합니다.</translation>
    </message>
    <message>
        <source>The script has ended, so nothing more can be run: go through what is recorded.</source>
        <translation>스크립트가 끝나 더 실행할 수 없습니다. 기록된 것을 살펴보세요.</translation>
    </message>
    <message>
        <source>The script has ended. What was recorded can still be looked at.</source>
        <translation>스크립트가 끝났습니다. 기록된 것은 계속 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>The loop is watched no longer. What was recorded can still be looked at.</source>
        <translation>루프를 더는 지켜보지 않습니다. 기록된 것은 계속 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>The script has ended, and no training iteration was seen: it takes loss.backward(), and a model (a torch.nn.Module that is called) that an optimizer steps, or that a script without any optimizer moves itself, or tensors that the script itself makes with requires_grad=True. One that is only given to a module is followed if an optimizer steps it. In a process that the script starts it takes bv.watch.</source>
        <translation>스크립트가 끝났지만 학습 반복이 보이지 않았습니다. loss.backward()와 함께, optimizer가 갱신하거나 optimizer 없는 스크립트가 직접 갱신하는 모델(호출되는 torch.nn.Module)이 있거나, 스크립트가 직접 requires_grad=True로 만든 Tensor가 있어야 합니다. 모듈에 입력으로만 주는 Tensor는 optimizer가 갱신할 때만 추적됩니다. 스크립트가 시작한 다른 프로세스에서는 bv.watch를 불러야 합니다.</translation>
    </message>
    <message>
        <source>The script has ended with status {0}. What was recorded can still be looked at.</source>
        <translation>스크립트가 상태 {0}(으)로 끝났습니다. 기록된 것은 계속 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>The script has ended at line {1}: {0}</source>
        <translation>스크립트가 {1}번째 줄에서 끝났습니다: {0}</translation>
    </message>
    <message>
        <source>The loop is held when it goes on.</source>
        <translation>루프가 이어지면 멈춥니다.</translation>
    </message>
    <message>
        <source>bv.watch was called again: its iterations follow here, from {0} on.</source>
        <translation>bv.watch를 다시 불렀습니다. 그 반복은 {0}번째부터 여기에 이어집니다.</translation>
    </message>
    <message>
        <source>The cell raised at line {1}; its iteration was dropped: {0}</source>
        <translation>셀이 {1}번째 줄에서 예외를 일으켜 그 반복을 버렸습니다: {0}</translation>
    </message>
    <message>
        <source>The script has ended at line {1}, after {2} iterations; the newest recording is that of iteration {3}: {0}</source>
        <translation>스크립트가 반복 {2}회 뒤 {1}번째 줄에서 끝났습니다. 가장 최근 기록은 반복 {3}의 것입니다: {0}</translation>
    </message>
    <message>
        <source>The script has ended at line {1}, after iteration {2}. What raised was not recorded; run it again with --from {3} to look at it: {0}</source>
        <translation>스크립트가 {2}번째 반복 뒤 {1}번째 줄에서 끝났습니다. 오류가 난 부분은 기록되지 않았습니다. 보려면 --from {3}을 붙여 다시 실행하세요: {0}</translation>
    </message>
    <message>
        <source>The script was interrupted at line {0}, after iteration {1}. What was recorded can still be looked at.</source>
        <translation>스크립트가 {1}번째 반복 뒤 {0}행에서 중단되었습니다. 기록된 것은 계속 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>The script has ended: {0}</source>
        <translation>스크립트가 끝났습니다: {0}</translation>
    </message>
    <message>
        <source>This was not done, because the connection to the script is lost: it is being tried again.</source>
        <translation>스크립트와의 연결이 끊겨 실행하지 못했습니다. 다시 연결하는 중입니다.</translation>
    </message>
    <message>
        <source>The connection to {0} was given up; the script may still run. What was recorded can still be looked at.</source>
        <translation>{0}에 다시 연결하기를 그만두었습니다. 스크립트는 아직 실행 중일 수 있습니다. 기록된 것은 계속 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Another run listens at {0} now: attach again to see it. What was recorded can still be looked at.</source>
        <translation>지금 {0}에서는 다른 실행이 기다리고 있습니다. 그것을 보려면 다시 연결하세요. 기록된 것은 계속 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Another window has attached to {0} in place of this one. What was recorded can still be looked at.</source>
        <translation>다른 창이 이 창 대신 {0}에 연결되었습니다. 기록된 것은 계속 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>The script&apos;s process is gone. What was recorded can still be looked at.</source>
        <translation>스크립트의 프로세스가 사라졌습니다. 기록된 것은 계속 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>The window and the process that runs torch do not understand each other ({0}): save the session, then choose Run &gt; Start torch again.</source>
        <translation>창과 torch를 실행하는 프로세스가 서로 이해하지 못합니다({0}). 세션을 저장한 뒤 실행 &gt; torch 다시 시작을 고르세요.</translation>
    </message>
    <message>
        <source>{0}, perhaps for lack of memory</source>
        <translation>{0}, 아마 메모리 부족</translation>
    </message>
    <message>
        <source>the system had run out of memory</source>
        <translation>시스템의 메모리가 바닥났습니다</translation>
    </message>
    <message>
        <source>exit status {0}</source>
        <translation>종료 상태 {0}</translation>
    </message>
</context>
<context>
    <name>optimizers</name>
    <message>
        <source>Manual rule</source>
        <translation>직접 하는 갱신</translation>
    </message>
    <message>
        <source>SGD</source>
        <translation>SGD</translation>
    </message>
    <message>
        <source>How much of the step before is kept and added to the new one; 0: none</source>
        <translation>이전 갱신량을 얼마나 남겨 새 갱신량에 더할지. 0이면 없음</translation>
    </message>
    <message>
        <source>What part of a new gradient is left out of the momentum, from the second one on</source>
        <translation>두 번째부터, 새 변화도의 얼마를 모멘텀에서 뺄지</translation>
    </message>
    <message>
        <source>How much of each weight is added to its gradient, which pulls the weights towards 0</source>
        <translation>각 가중치의 얼마를 변화도에 더할지. 가중치를 0 쪽으로 당깁니다</translation>
    </message>
    <message>
        <source>SGD, Nesterov</source>
        <translation>SGD, Nesterov</translation>
    </message>
    <message>
        <source>How much of the step before is kept; the new step looks ahead along it</source>
        <translation>이전 갱신량을 얼마나 남길지. 새 갱신은 그 방향을 미리 내다봅니다</translation>
    </message>
    <message>
        <source>Adafactor</source>
        <translation>Adafactor</translation>
    </message>
    <message>
        <source>By which power of the count of updates the share of new squares in their mean falls</source>
        <translation>제곱의 평균에서 새 제곱의 몫이 갱신 횟수의 몇 제곱으로 줄어드는지</translation>
    </message>
    <message>
        <source>From which size on all steps of a tensor are made smaller together</source>
        <translation>이 크기부터 한 Tensor의 모든 걸음을 함께 줄임</translation>
    </message>
    <message>
        <source>Adagrad</source>
        <translation>Adagrad</translation>
    </message>
    <message>
        <source>How fast the learning rate falls with the number of updates; 0: it stays</source>
        <translation>갱신 횟수에 따라 학습률이 얼마나 빨리 줄어드는지. 0이면 그대로</translation>
    </message>
    <message>
        <source>What the sum of squares begins with; the larger, the smaller the first steps</source>
        <translation>제곱의 합이 시작하는 값. 클수록 첫 갱신이 작습니다</translation>
    </message>
    <message>
        <source>What is added to the divisor, so that it is never 0</source>
        <translation>나누는 수가 0이 되지 않도록 더하는 값</translation>
    </message>
    <message>
        <source>Adam</source>
        <translation>Adam</translation>
    </message>
    <message>
        <source>How much of the mean gradient is kept at each update; the rest is the new gradient</source>
        <translation>갱신마다 평균 변화도를 얼마나 남길지. 나머지는 새 변화도입니다</translation>
    </message>
    <message>
        <source>How much of the mean square is kept at each update; the rest is the new square</source>
        <translation>갱신마다 제곱의 평균을 얼마나 남길지. 나머지는 새 제곱입니다</translation>
    </message>
    <message>
        <source>Divide by the largest mean square so far, so that steps never grow again</source>
        <translation>지금까지 가장 컸던 제곱 평균으로 나누어 갱신이 다시 커지지 않게 합니다</translation>
    </message>
    <message>
        <source>AdamW</source>
        <translation>AdamW</translation>
    </message>
    <message>
        <source>What part of each weight, times the learning rate, is taken off before the step</source>
        <translation>갱신 전에 각 가중치에서, 학습률을 곱한 얼마를 덜어 낼지</translation>
    </message>
    <message>
        <source>Adamax</source>
        <translation>Adamax</translation>
    </message>
    <message>
        <source>How much of the largest gradient is kept at each update</source>
        <translation>갱신마다 가장 큰 변화도를 얼마나 남길지</translation>
    </message>
    <message>
        <source>NAdam</source>
        <translation>NAdam</translation>
    </message>
    <message>
        <source>How fast the momentum grows from half of beta1 towards beta1</source>
        <translation>모멘텀이 beta1의 절반에서 beta1까지 얼마나 빨리 커지는지</translation>
    </message>
    <message>
        <source>Let weight decay shrink the weights themselves, as in AdamW</source>
        <translation>AdamW처럼 가중치 감쇠가 가중치 자체를 줄이게 합니다</translation>
    </message>
    <message>
        <source>RAdam</source>
        <translation>RAdam</translation>
    </message>
    <message>
        <source>RMSprop</source>
        <translation>RMSprop</translation>
    </message>
    <message>
        <source>Divide by the gradient&apos;s standard deviation, not by its root mean square</source>
        <translation>제곱평균제곱근 대신 변화도의 표준편차로 나눕니다</translation>
    </message>
</context>
<context>
    <name>options</name>
    <message>
        <source>Optimizer</source>
        <translation>옵티마이저</translation>
    </message>
    <message>
        <source>off</source>
        <translation>끔</translation>
    </message>
    <message>
        <source>on</source>
        <translation>켬</translation>
    </message>
    <message>
        <source>None</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation>코사인</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>계단</translation>
    </message>
    <message>
        <source>Schedule</source>
        <translation>스케줄</translation>
    </message>
    <message>
        <source>over</source>
        <translation>기간</translation>
    </message>
    <message>
        <source>The learning rate falls to 0 over this many iterations, and stays there.</source>
        <translation>이 반복 수에 걸쳐 학습률이 0까지 줄고 그대로 머무릅니다.</translation>
    </message>
    <message>
        <source>every</source>
        <translation>간격</translation>
    </message>
    <message>
        <source>The learning rate is multiplied by gamma every this many iterations.</source>
        <translation>이 반복 수마다 학습률에 gamma를 곱합니다.</translation>
    </message>
    <message>
        <source>times gamma</source>
        <translation>gamma 배</translation>
    </message>
    <message>
        <source>The factor of the learning rate, as in torch&apos;s StepLR.</source>
        <translation>torch의 StepLR처럼 학습률에 곱하는 수입니다.</translation>
    </message>
    <message>
        <source>iterations</source>
        <translation>반복</translation>
    </message>
</context>
<context>
    <name>phases</name>
    <message>
        <source>clears the gradients of this iteration.</source>
        <translation>이번 반복의 변화도를 지웁니다.</translation>
    </message>
    <message>
        <source>is not called: gradients accumulate.</source>
        <translation>부르지 않습니다. 변화도가 누적됩니다.</translation>
    </message>
    <message>
        <source>takes a random gradient of the output in place of a loss, and computes that of every parameter.</source>
        <translation>손실 대신 출력의 무작위 변화도를 받아 모든 매개변수의 변화도를 계산합니다.</translation>
    </message>
    <message>
        <source>clears the gradients of the previous iteration.</source>
        <translation>이전 반복의 변화도를 지웁니다.</translation>
    </message>
    <message>
        <source>computes the network&apos;s output from its input.</source>
        <translation>입력에서 신경망의 출력을 계산합니다.</translation>
    </message>
    <message>
        <source>computes one number from the output.</source>
        <translation>출력에서 수 하나를 계산합니다.</translation>
    </message>
    <message>
        <source>computes the gradient of the loss for every parameter.</source>
        <translation>모든 매개변수에 대한 손실의 변화도를 계산합니다.</translation>
    </message>
    <message>
        <source>changes the parameters by the optimizer&apos;s rule, using their gradients.</source>
        <translation>변화도를 써서 옵티마이저의 규칙대로 매개변수를 바꿉니다.</translation>
    </message>
    <message>
        <source>keeps the gradients from being too large for the update.</source>
        <translation>갱신하기에 변화도가 너무 커지지 않게 합니다.</translation>
    </message>
    <message>
        <source>divides the gradients by the scale of the loss.</source>
        <translation>변화도를 손실에 곱했던 배율로 나눕니다.</translation>
    </message>
    <message>
        <source>changes weights by the loop&apos;s own lines.</source>
        <translation>루프의 코드가 가중치를 직접 바꿉니다.</translation>
    </message>
    <message>
        <source>makes what the next forward reads.</source>
        <translation>다음 forward가 읽을 것을 만듭니다.</translation>
    </message>
    <message>
        <source>{title}: {formula}</source>
        <translation>{title}: {formula}</translation>
    </message>
    <message>
        <source>Recording has ended: the script goes on unrecorded.</source>
        <translation>기록이 끝났습니다. 스크립트는 기록 없이 계속 실행됩니다.</translation>
    </message>
    <message>
        <source>The script runs, and has not trained yet. F5 pauses there.</source>
        <translation>스크립트가 실행 중이며 아직 학습을 시작하지 않았습니다. F5를 누르면 학습이 시작될 때 멈춥니다.</translation>
    </message>
    <message>
        <source>The script runs: F5 pauses.</source>
        <translation>스크립트 실행 중: F5로 일시 정지합니다.</translation>
    </message>
    <message>
        <source>Training: F5 pauses.</source>
        <translation>학습 중: F5로 일시 정지합니다.</translation>
    </message>
    <message>
        <source>The script has ended with an error, which Findings explains.</source>
        <translation>스크립트가 오류로 끝났습니다. &apos;발견&apos;에 설명되어 있습니다.</translation>
    </message>
    <message>
        <source>No iteration is in this recording yet.</source>
        <translation>이 기록에는 아직 반복이 없습니다.</translation>
    </message>
    <message>
        <source>The end of iteration {0}. F8, F10 and F11 go on in the next one that is kept.</source>
        <translation>반복 {0}의 끝입니다. F8, F10, F11은 보관된 다음 반복으로 넘어갑니다.</translation>
    </message>
    <message>
        <source>The end of iteration {0}. Shift+F10 goes back by a phase, Shift+F11 by an iteration.</source>
        <translation>반복 {0}의 끝입니다. Shift+F10은 한 단계 뒤로, Shift+F11은 한 반복 뒤로 갑니다.</translation>
    </message>
    <message>
        <source>The script has ended, and nothing of it was recorded.</source>
        <translation>스크립트가 끝났고, 기록된 것이 없습니다.</translation>
    </message>
    <message>
        <source>This is one iteration: go back through what is recorded.</source>
        <translation>반복 한 번입니다. 기록된 내용을 거슬러 살펴보세요.</translation>
    </message>
    <message>
        <source>The loop is watched no longer: go back through what is recorded.</source>
        <translation>루프를 더는 지켜보지 않습니다. 기록된 것을 거슬러 보세요.</translation>
    </message>
    <message>
        <source>The script has ended: go back through what is recorded.</source>
        <translation>스크립트가 끝났습니다. 기록된 것을 거슬러 보세요.</translation>
    </message>
    <message>
        <source>Nothing trains now. F10 or F11 holds the loop when it goes on.</source>
        <translation>지금은 학습하는 것이 없습니다. F10이나 F11을 누르면 루프가 이어질 때 멈춥니다.</translation>
    </message>
    <message>
        <source>F8 runs the script to its next event, F10 to the end of the phase, F5 on.</source>
        <translation>F8은 스크립트를 다음 이벤트까지, F10은 단계의 끝까지, F5는 계속 실행합니다.</translation>
    </message>
    <message>
        <source>Press F10 to run one phase of training, or F5 to train. Draw a digit any time.</source>
        <translation>F10은 학습의 한 단계를, F5는 학습을 실행합니다. 숫자는 언제든 그릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Next (F10): {phase} {what}</source>
        <translation>다음 (F10) {phase}: {what}</translation>
    </message>
    <message>
        <source>F8 shows the next event of {phase}, F10 its end.</source>
        <translation>F8은 {phase}의 다음 이벤트를, F10은 그 끝을 봅니다.</translation>
    </message>
    <message>
        <source>Before line {line}, within iteration {next}.</source>
        <translation>{line}행 앞, 반복 {next} 안입니다.</translation>
    </message>
    <message>
        <source>Before line {line}, between iterations {done} and {next}.</source>
        <translation>{line}행 앞, 반복 {done}와(과) {next} 사이입니다.</translation>
    </message>
    <message>
        <source>Before line {line}, before the first iteration.</source>
        <translation>{line}행 앞, 첫 반복 전입니다.</translation>
    </message>
    <message>
        <source>Gradients are off here: no backward goes through what runs.</source>
        <translation>여기서는 변화도가 꺼져 있어, 실행되는 것을 지나는 역전파가 없습니다.</translation>
    </message>
</context>
<context>
    <name>race</name>
    <message>
        <source>{0} ({1}…{2})</source>
        <translation>{0} ({1}…{2})</translation>
    </message>
    <message>
        <source>{0:.1f} s</source>
        <translation>{0:.1f}초</translation>
    </message>
    <message>
        <source>{0} of {1}: {2}</source>
        <translation>{1}개 중 {0}개: {2}</translation>
    </message>
    <message>
        <source>{0}: the mean loss of the last 10 iterations. A race keeps no iteration: run these settings in the window to see where a loss comes from.</source>
        <translation>{0}: 마지막 10번 반복의 평균 손실입니다. 경주는 반복을 보관하지 않습니다. 손실이 어디서 오는지 보려면 이 설정을 창에서 실행하세요.</translation>
    </message>
    <message>
        <source>{0}: correct / all of the validation set, after the last iteration.</source>
        <translation>{0}: 마지막 반복 다음에 검증 집합에서 맞힌 수 / 전체입니다.</translation>
    </message>
    <message>
        <source>{0} seconds in the iterations themselves, without loading data.</source>
        <translation>데이터를 읽는 시간을 뺀 반복 자체의 시간: {0}초.</translation>
    </message>
    <message>
        <source>Each is the mean loss of iterations {0} to {1}, of all seeds of the lane (in brackets the lowest and the highest). A race keeps no iteration: run these settings in the window to see where a loss comes from.</source>
        <translation>각각 레인의 모든 시드에 걸친 반복 {0}부터 {1}까지의 평균 손실입니다(괄호 안은 가장 낮은 것과 가장 높은 것). 경주는 반복을 남기지 않습니다. 손실이 어디에서 오는지 보려면 이 설정으로 창에서 실행하세요.</translation>
    </message>
    <message>
        <source>Cancelled before an iteration had run.</source>
        <translation>반복이 한 번도 실행되기 전에 취소했습니다.</translation>
    </message>
    <message>
        <source>Cancelled: the curves end there.</source>
        <translation>취소했습니다. 곡선은 거기에서 끝납니다.</translation>
    </message>
    <message>
        <source>The process of the race has ended ({0}): start the race again.</source>
        <translation>경주 프로세스가 끝났습니다({0}). 경주를 다시 시작하세요.</translation>
    </message>
    <message>
        <source>The race could not go on. {0}: {1}</source>
        <translation>경주를 계속할 수 없습니다. {0}: {1}</translation>
    </message>
</context>
<context>
    <name>ranks</name>
    <message>
        <source>a number</source>
        <translation>수 하나</translation>
    </message>
    <message>
        <source>Each rank holds a shard of {shape}, and gets the mean of that alone. Choose above to see the whole.</source>
        <translation>각 랭크는 {shape}의 조각을 가지고 그 조각의 평균만 받습니다. 전체를 보려면 위에서 고르세요.</translation>
    </message>
    <message>
        <source>This iteration is not over: no mean has been made yet.</source>
        <translation>이 반복은 아직 끝나지 않았습니다: 평균이 아직 만들어지지 않았습니다.</translation>
    </message>
    <message>
        <source>No all-reduce in this iteration: each rank keeps its own gradient, as in no_sync.</source>
        <translation>이 반복에는 all-reduce가 없습니다. no_sync에서처럼 각 랭크가 자기 변화도를 그대로 갖습니다.</translation>
    </message>
    <message>
        <source>DDP averages: each rank gets {formula}. Without rank {missing} that cannot be checked.</source>
        <translation>DDP는 평균을 냅니다: 각 랭크는 {formula}을(를) 받습니다. 랭크 {missing} 없이는 확인할 수 없습니다.</translation>
    </message>
    <message>
        <source>Not every rank has recorded its gradient.</source>
        <translation>변화도를 기록하지 않은 랭크가 있습니다.</translation>
    </message>
    <message>
        <source>DDP averages: each rank gets {formula}. Farthest from the exact mean: {error}.</source>
        <translation>DDP는 평균을 냅니다. 각 랭크가 {formula}를 받습니다. 정확한 평균과 가장 먼 차이: {error}.</translation>
    </message>
    <message>
        <source>Rank {0} has not used this parameter: it counts as 0.</source>
        <translation>랭크 {0}은(는) 이 매개변수를 쓰지 않았습니다: 0으로 칩니다.</translation>
    </message>
    <message>
        <source>The batches differ in size: in the mean each rank counts the same, not each sample.</source>
        <translation>배치 크기가 서로 다릅니다: 평균에서는 표본마다가 아니라 랭크마다 같은 비중을 갖습니다.</translation>
    </message>
    <message>
        <source>Weights are equal on these ranks to the bit, up to iteration {0}.</source>
        <translation>반복 {0}까지 이 랭크들의 가중치는 비트까지 같습니다.</translation>
    </message>
    <message>
        <source>Weights are equal on all ranks to the bit, up to iteration {0}.</source>
        <translation>반복 {0}까지 모든 랭크의 가중치가 비트까지 같습니다.</translation>
    </message>
    <message>
        <source>{0} and {1} more</source>
        <translation>{0} 외 {1}개</translation>
    </message>
    <message>
        <source>Weights differ from rank to rank since iteration {2}: {0}.</source>
        <translation>반복 {2}부터 랭크마다 가중치가 다릅니다: {0}.</translation>
    </message>
    <message>
        <source>Weights differ from rank to rank in iteration {2}, the first where it is known: {0}.</source>
        <translation>알려진 첫 반복인 {2}에서 랭크마다 가중치가 다릅니다: {0}.</translation>
    </message>
    <message>
        <source>Weights differ since iteration {2}: {0}, on rank {1}.</source>
        <translation>반복 {2}부터 가중치가 다릅니다: {0}, 랭크 {1}.</translation>
    </message>
    <message>
        <source>Weights differ in iteration {2}, the first where it is known: {0}, on rank {1}.</source>
        <translation>알려진 첫 반복인 {2}에서 가중치가 다릅니다: {0}, 랭크 {1}.</translation>
    </message>
    <message>
        <source>This run has {0} ranks. The file of rank {1} is not open.</source>
        <translation>이 실행에는 랭크가 {0}개 있습니다. 랭크 {1}의 파일은 열려 있지 않습니다.</translation>
    </message>
    <message>
        <source>This run has {0} ranks. Attach to rank {1} too.</source>
        <translation>이 실행에는 랭크가 {0}개 있습니다. 랭크 {1}에도 연결하세요.</translation>
    </message>
    <message>
        <source>The others waited for rank {0} in {1} of the last {2} iterations.</source>
        <translation>최근 {2}번의 반복 가운데 {1}번은 다른 랭크가 랭크 {0}을 기다렸습니다.</translation>
    </message>
    <message>
        <source>All files end after iteration {0}. Nobody closed them: the processes were killed, or hang.</source>
        <translation>모든 파일이 반복 {0} 뒤에 끝납니다. 아무도 닫지 않았으니, 프로세스가 강제로 끝났거나 멈추어 있습니다.</translation>
    </message>
    <message>
        <source>Rank {rank} waits for rank {late} since {since}, in backward of iteration {iteration}, with bucket {bucket} of {buckets}: {names}.</source>
        <translation>랭크 {rank}: {since}부터 반복 {iteration}의 backward에서 랭크 {late}을(를) 기다립니다. 버킷 {buckets}개 중 {bucket}번째: {names}.</translation>
    </message>
    <message>
        <source>Rank {rank} waits for rank {late} since {since}, in iteration {iteration} at line {line}.</source>
        <translation>랭크 {rank}: {since}부터 반복 {iteration}의 {line}행에서 랭크 {late}을(를) 기다립니다.</translation>
    </message>
    <message>
        <source>Rank {rank} waited {seconds} s for rank {late}, until {until}, in backward of iteration {iteration}, with bucket {bucket} of {buckets}: {names}.</source>
        <translation>랭크 {rank}: 반복 {iteration}의 backward에서 랭크 {late}을(를) {until}까지 {seconds}초 기다렸습니다. 버킷 {buckets}개 중 {bucket}번째: {names}.</translation>
    </message>
    <message>
        <source>Rank {rank} waited {seconds} s for rank {late}, until {until}, in iteration {iteration} at line {line}.</source>
        <translation>랭크 {rank}: 반복 {iteration}, {line}행에서 랭크 {late}을(를) {until}까지 {seconds}초 기다렸습니다.</translation>
    </message>
    <message>
        <source>Rank {0}: its file ends after iteration {1}, another&apos;s after {2}. Nobody closed it: the process was killed, or hangs.</source>
        <translation>랭크 {0}: 파일이 반복 {1} 뒤에 끝나고, 다른 파일은 {2} 뒤에 끝납니다. 아무도 닫지 않았으니, 프로세스가 강제로 끝났거나 멈추어 있습니다.</translation>
    </message>
    <message>
        <source>Rank {0}: its file ends after iteration {1}, and nobody closed it.</source>
        <translation>랭크 {0}: 파일이 반복 {1} 뒤에 끝나고, 아무도 닫지 않았습니다.</translation>
    </message>
    <message>
        <source>Rank {0} is gone after iteration {1}.</source>
        <translation>랭크 {0}이 반복 {1} 뒤에 사라졌습니다.</translation>
    </message>
    <message>
        <source>Rank {0}: its connection is lost after iteration {1}, and is tried again.</source>
        <translation>랭크 {0}: 반복 {1} 뒤에 연결이 끊겨 다시 시도하는 중입니다.</translation>
    </message>
    <message>
        <source>Rank {0}: no word for {3} s, after iteration {1}.</source>
        <translation>랭크 {0}: 반복 {1} 뒤로 {3}초 동안 소식이 없습니다.</translation>
    </message>
    <message>
        <source>Rank {rank} has been in backward of iteration {iteration} since {since}, at line {line}; ranks wait there for each other&apos;s gradients.</source>
        <translation>랭크 {rank}: {since}부터 반복 {iteration}의 backward에 있습니다({line}행). 랭크들은 거기서 서로의 변화도를 기다립니다.</translation>
    </message>
    <message>
        <source>Rank {rank} waits for other ranks since {since}, in iteration {iteration}, in {collective} at line {line}.</source>
        <translation>랭크 {rank}: {since}부터 반복 {iteration}, {line}행의 {collective}에서 다른 랭크를 기다립니다.</translation>
    </message>
    <message>
        <source>Rank {rank} hangs since {since} in iteration {iteration}, at line {line}, after {phase} of {after}.</source>
        <translation>랭크 {rank}: {since}부터 반복 {iteration}, {line}행에 멈춰 있습니다. 마지막으로 실행된 것은 {after}의 {phase}입니다.</translation>
    </message>
    <message>
        <source>Rank {rank} hangs since {since} in iteration {iteration}, at line {line}.</source>
        <translation>랭크 {rank}: {since}부터 반복 {iteration}, {line}행에 멈춰 있습니다.</translation>
    </message>
    <message>
        <source>Rank {rank} stopped in iteration {iteration}, at line {line}, after {phase} of {after}. It was last seen at {until}: the process was killed, or hangs.</source>
        <translation>랭크 {rank}: 반복 {iteration}, {line}행에서 {after}의 {phase} 다음에 멈췄습니다. 마지막으로 보인 때는 {until}입니다. 프로세스가 강제로 끝났거나 멈춰 있습니다.</translation>
    </message>
    <message>
        <source>Rank {rank} stopped in iteration {iteration}, at line {line}. It was last seen at {until}: the process was killed, or hangs.</source>
        <translation>랭크 {rank}: 반복 {iteration}, {line}행에서 멈췄습니다. 마지막으로 보인 때는 {until}입니다. 프로세스가 강제로 끝났거나 멈춰 있습니다.</translation>
    </message>
    <message>
        <source>Rank {0} ended at {1} in iteration {2}: {3}</source>
        <translation>랭크 {0}: {1}, 반복 {2}에서 끝났습니다: {3}</translation>
    </message>
    <message>
        <source>ended</source>
        <translation>끝남</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>실패함</translation>
    </message>
    <message>
        <source>gone</source>
        <translation>사라짐</translation>
    </message>
    <message>
        <source>silent</source>
        <translation>소식 없음</translation>
    </message>
    <message>
        <source>no connection</source>
        <translation>연결 없음</translation>
    </message>
    <message>
        <source>stuck</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>cut off</source>
        <translation>잘림</translation>
    </message>
    <message>
        <source>held before {0}</source>
        <translation>{0} 앞에서 멈춤</translation>
    </message>
    <message>
        <source>held</source>
        <translation>멈춤</translation>
    </message>
    <message>
        <source>runs</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>The shard of rank {0} is missing: open or attach to that rank too.</source>
        <translation>랭크 {0}의 조각이 없습니다. 그 랭크도 열거나 연결하세요.</translation>
    </message>
</context>
<context>
    <name>rates</name>
    <message>
        <source>It is what the optimizer&apos;s parameter group had as lr when it stepped.</source>
        <translation>옵티마이저가 갱신할 때 그 매개변수 그룹의 lr이었던 값입니다.</translation>
    </message>
    <message>
        <source>It is the learning rate of the settings: no schedule changes it.</source>
        <translation>설정의 학습률입니다. 이를 바꾸는 스케줄은 없습니다.</translation>
    </message>
    <message>
        <source>The learning rate or its schedule was another one in this iteration than it is now.</source>
        <translation>이 반복에서는 학습률이나 스케줄이 지금과 달랐습니다.</translation>
    </message>
    <message>
        <source>The cosine schedule lets it fall to 0 over n iterations.</source>
        <translation>코사인 스케줄은 n번의 반복에 걸쳐 학습률을 0까지 낮춥니다.</translation>
    </message>
    <message>
        <source>The step schedule multiplies it by γ every s iterations.</source>
        <translation>계단 스케줄은 s번의 반복마다 학습률에 γ를 곱합니다.</translation>
    </message>
    <message>
        <source>lr₀: learning rate of the settings · i: iterations before this one</source>
        <translation>lr₀: 설정의 학습률 · i: 이 반복 이전의 반복 수</translation>
    </message>
</context>
<context>
    <name>reasons</name>
    <message>
        <source>It could not be worked out: {0}: {1}. The log has more.</source>
        <translation>알아낼 수 없었습니다: {0}: {1}. 자세한 것은 로그에 있습니다.</translation>
    </message>
    <message>
        <source>Of the batch only {0} of the samples was recorded, as training runs by.</source>
        <translation>학습이 지나가는 동안 배치의 샘플 중 {0}개만 기록되었습니다.</translation>
    </message>
    <message>
        <source>What {0} read was not recorded.</source>
        <translation>{0}이(가) 읽은 것이 기록되지 않았습니다.</translation>
    </message>
    <message>
        <source>{0} could not be run again: {1}</source>
        <translation>{0}을(를) 다시 실행할 수 없었습니다: {1}</translation>
    </message>
    <message>
        <source>{0}, run again, gave other numbers than were recorded.</source>
        <translation>{0}을(를) 다시 실행하니 기록된 것과 다른 수가 나왔습니다.</translation>
    </message>
    <message>
        <source>{0} made it from nothing that was recorded.</source>
        <translation>{0}이(가) 기록된 어떤 것도 쓰지 않고 만들었습니다.</translation>
    </message>
    <message>
        <source>torch refuses a derivative of {0}: {1}</source>
        <translation>torch가 {0}의 도함수를 거부합니다: {1}</translation>
    </message>
    <message>
        <source>{0} drew it at random.</source>
        <translation>{0}이(가) 무작위로 뽑은 값입니다.</translation>
    </message>
    <message>
        <source>It was not changed by an optimizer: other code wrote into it.</source>
        <translation>옵티마이저가 바꾼 값이 아닙니다. 다른 코드가 써넣었습니다.</translation>
    </message>
    <message>
        <source>{0} is a step inside {1}, which torch runs as one piece. Only what {1} as a whole sends to its inputs and weights is explained.</source>
        <translation>{0}은(는) torch가 한 덩어리로 실행하는 {1} 안의 단계입니다. {1} 전체가 입력과 가중치로 보내는 것만 설명합니다.</translation>
    </message>
    <message>
        <source>{0} has no derivative.</source>
        <translation>{0}에는 미분이 없습니다.</translation>
    </message>
    <message>
        <source>How {0} was called was not recorded: an argument is no plain value, but a function or an object. Call what it does one by one, and each step has terms.</source>
        <translation>{0}을(를) 어떻게 불렀는지 기록되지 않았습니다. 단순한 값이 아니라 함수나 객체인 인자가 있습니다. 그 안의 연산을 하나씩 부르면 단계마다 항이 나옵니다.</translation>
    </message>
    <message>
        <source>{0} cannot be run again: this version of torch has none of that name, or it is none of its operations.</source>
        <translation>{0}은(는) 다시 실행할 수 없습니다. 이 버전의 torch에 그런 이름이 없거나, torch의 연산이 아닙니다.</translation>
    </message>
    <message>
        <source>This weight differs from rank to rank, so there is no one loss to check it with.</source>
        <translation>이 가중치는 랭크마다 달라서, 검사할 하나의 손실이 없습니다.</translation>
    </message>
    <message>
        <source>{0} drew random numbers on another device than the CPU, where they cannot be drawn again: what they were is not recorded.</source>
        <translation>{0}은(는) CPU가 아닌 다른 장치에서 난수를 뽑았습니다. 그 난수는 다시 뽑을 수 없고, 어떤 수였는지는 기록되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>No recorded operation made {0}: torch.vmap, torch.func or autograd.grad made it within the forward pass. Written as plain operations, each step has terms.</source>
        <translation>{0}은(는) 기록된 연산이 만든 것이 아닙니다. 순전파 안에서 torch.vmap, torch.func 또는 autograd.grad가 만들었습니다. 보통 연산으로 쓰면 단계마다 항이 나옵니다.</translation>
    </message>
    <message>
        <source>No call made {0}: an earlier backward with create_graph=True did, within torch. What it sends is recorded, but not the operation that it is the derivative of.</source>
        <translation>{0}을(를) 만든 호출은 없습니다. 앞서 create_graph=True로 실행된 backward가 torch 안에서 만들었습니다. 보내는 값은 기록되었지만, 어떤 연산을 미분한 것인지는 기록되지 않았습니다.</translation>
    </message>
    <message>
        <source>The weights have moved before {0} read them once more, so there is no one loss to check it with.</source>
        <translation>{0}이(가) 다시 읽기 전에 가중치가 움직였으므로, 확인에 쓸 하나의 손실이 없습니다.</translation>
    </message>
    <message>
        <source>No recorded operation made what {0} read: torch.vmap, torch.func or autograd.grad made it within the forward pass. Written as plain operations, each step has terms.</source>
        <translation>{0}이(가) 읽은 값을 만든 연산이 기록되지 않았습니다. 순전파 안에서 torch.vmap, torch.func 또는 autograd.grad가 만들었습니다. 보통 연산으로 쓰면 단계마다 항이 나옵니다.</translation>
    </message>
    <message>
        <source>The operation that made {0} was not recorded: it ran within backward. A checkpoint with use_reentrant=False has terms.</source>
        <translation>{0}을(를) 만든 연산은 역전파 안에서 실행되어 기록되지 않았습니다. use_reentrant=False인 체크포인트에는 항이 있습니다.</translation>
    </message>
    <message>
        <source>{0} is a Function of your own, and no recorded operation of its backward made this. Write its forward with torch&apos;s operations alone, or hold it to torch.autograd.gradcheck.</source>
        <translation>{0}은(는) 직접 만든 Function이며, 기록된 그 backward의 연산 가운데 이 값을 만든 것이 없습니다. forward를 torch 연산만으로 쓰거나 torch.autograd.gradcheck로 확인하세요.</translation>
    </message>
    <message>
        <source>Other code wrote it into .grad: no backward added it here.</source>
        <translation>다른 코드가 .grad에 쓴 값입니다. 이 값은 backward가 더한 것이 아닙니다.</translation>
    </message>
    <message>
        <source>{1:.6g} was sent to {0}; a hook has changed it before it arrived there.</source>
        <translation>{0}(으)로 {1:.6g}이(가) 전달되었지만, 도착하기 전에 훅이 그 값을 바꾸었습니다.</translation>
    </message>
    <message>
        <source>{1:.6g} came to the module&apos;s backward hook, which has changed it.</source>
        <translation>모듈의 backward 후크에 {1:.6g}이(가) 왔고, 후크가 그것을 바꿨습니다.</translation>
    </message>
    <message>
        <source>{1:.6g} was accumulated; a hook has changed .grad right after it.</source>
        <translation>{1:.6g}이(가) 누적되었고, 바로 뒤에 후크가 .grad를 바꿨습니다.</translation>
    </message>
    <message>
        <source>{0} read a tensor that was changed in place by what no recorded call tells of. Make a new tensor in its place, as by torch.where or torch.cat.</source>
        <translation>{0}이(가) 읽은 텐서는 기록된 호출에 없는 방법으로 제자리에서 바뀌었습니다. torch.where나 torch.cat 등으로 새 텐서를 만드세요.</translation>
    </message>
    <message>
        <source>{0} wrote into a part of a tensor by what no recorded call tells of. Make a new tensor in its place, as by torch.where or torch.cat.</source>
        <translation>{0}이(가) 기록된 호출에 없는 방법으로 텐서의 일부에 썼습니다. torch.where나 torch.cat 등으로 새 텐서를 만드세요.</translation>
    </message>
    <message>
        <source>Run again, the operation made no {0}.</source>
        <translation>연산을 다시 실행하니 {0}이(가) 만들어지지 않았습니다.</translation>
    </message>
    <message>
        <source>Its backward cannot be differentiated: {0}</source>
        <translation>그 backward는 미분할 수 없습니다: {0}</translation>
    </message>
    <message>
        <source>{0} moved it between two calls of its closure, along a direction that it makes from the gradients of all calls so far.</source>
        <translation>{0}이(가) closure 호출 사이에 옮겼습니다. 방향은 지금까지의 모든 호출에서 얻은 변화도로 정합니다.</translation>
    </message>
    <message>
        <source>{0} moves all its weights together, along a direction that it makes from the gradients of all calls so far. That is no rule for one weight.</source>
        <translation>{0}은(는) 지금까지의 모든 호출에서 얻은 변화도로 방향을 정하고, 그 방향으로 모든 가중치를 함께 옮깁니다. 가중치 하나에 대한 규칙은 없습니다.</translation>
    </message>
    <message>
        <source>The rule of {0} is not known here.</source>
        <translation>{0}의 규칙은 여기에 없습니다.</translation>
    </message>
    <message>
        <source>The terms found for {0} sum to {1}, which is not its value.</source>
        <translation>{0}에서 찾은 항의 합은 {1}로, 그 값과 다릅니다.</translation>
    </message>
    <message>
        <source>This rank&apos;s shard of the mean over all ranks. Its own whole gradient is in the graph; those of the others are in their files.</source>
        <translation>모든 랭크의 평균에서 이 랭크가 가진 조각입니다. 이 랭크의 전체 변화도는 그래프에 있고, 다른 랭크의 것은 각자의 파일에 있습니다.</translation>
    </message>
    <message>
        <source>It is the loss itself.</source>
        <translation>손실 자신입니다.</translation>
    </message>
    <message>
        <source>The loss does not depend on it.</source>
        <translation>손실이 그것에 의존하지 않습니다.</translation>
    </message>
    <message>
        <source>It is a whole number, which has no gradient.</source>
        <translation>정수라서 변화도가 없습니다.</translation>
    </message>
    <message>
        <source>No loss was recorded.</source>
        <translation>기록된 손실이 없습니다.</translation>
    </message>
    <message>
        <source>zero_grad cleared it: the next backward adds its gradient to zero.</source>
        <translation>zero_grad가 지웠습니다. 다음 backward가 0에 변화도를 더합니다.</translation>
    </message>
    <message>
        <source>It is an input: it comes from the batch.</source>
        <translation>주어진 것입니다: 배치에 들어 있습니다.</translation>
    </message>
    <message>
        <source>It is an input: a label of the batch.</source>
        <translation>주어진 것입니다: 배치의 레이블입니다.</translation>
    </message>
    <message>
        <source>This is the parameter as the iteration began: the update before made it, or the network was given it.</source>
        <translation>반복이 시작될 때 매개변수가 이랬습니다. 이전 갱신이 만들었거나 신경망에 주어진 값입니다.</translation>
    </message>
    <message>
        <source>This is .grad as the iteration began: the iteration before left it.</source>
        <translation>반복이 시작될 때 .grad가 이랬습니다. 이전 반복이 남긴 것입니다.</translation>
    </message>
    <message>
        <source>It is given: a buffer of the network, such as a running mean. No gradient changes it.</source>
        <translation>주어진 값입니다. 이동 평균과 같은 신경망의 버퍼이며, 변화도가 바꾸지 않습니다.</translation>
    </message>
    <message>
        <source>It is {0}, transposed, as torch has kept it for a gradient of the gradient.</source>
        <translation>{0}의 전치입니다. torch가 변화도의 변화도를 구하려고 보관한 값입니다.</translation>
    </message>
    <message>
        <source>An operation computed it on its way, and torch has kept it for a gradient of the gradient: no call handed it out.</source>
        <translation>연산이 도중에 계산한 값으로, torch가 변화도의 변화도를 구하려고 보관했습니다. 이 값을 내준 호출은 없습니다.</translation>
    </message>
    <message>
        <source>The optimizer keeps it from one step to the next: the update before made it, or it began as zeros.</source>
        <translation>옵티마이저가 한 단계에서 다음 단계까지 간직하는 값입니다. 이전 갱신이 만들었거나 0에서 시작했습니다.</translation>
    </message>
    <message>
        <source>The loop&apos;s own lines read it for their step. No recorded operation of this iteration made it: it may be kept from the one before, as a momentum is.</source>
        <translation>반복문의 자체 코드가 갱신에 쓰려고 읽은 값입니다. 이번 반복에서 기록된 어떤 연산도 만들지 않았습니다. 모멘텀처럼 이전 반복에서 남겨 둔 값일 수 있습니다.</translation>
    </message>
    <message>
        <source>Nothing that was recorded made it: to the network it is a constant.</source>
        <translation>기록된 어떤 것도 이것을 만들지 않았습니다. 신경망에는 상수입니다.</translation>
    </message>
    <message>
        <source>This is the parameter as the iteration began: the update of iteration {0} made it.</source>
        <translation>반복이 시작할 때의 매개변수입니다. 반복 {0}의 갱신이 만들었습니다.</translation>
    </message>
    <message>
        <source>This is .grad as the iteration began: iteration {0} left it.</source>
        <translation>반복이 시작할 때의 .grad입니다. 반복 {0}이(가) 남겼습니다.</translation>
    </message>
    <message>
        <source>The loop&apos;s own lines keep it for their next step: that of iteration {0} made it.</source>
        <translation>루프 자신의 줄이 다음 걸음을 위해 보관합니다. 반복 {0}의 걸음이 만들었습니다.</translation>
    </message>
    <message>
        <source>The optimizer keeps it from one step to the next: that of iteration {0} made it.</source>
        <translation>옵티마이저가 한 걸음에서 다음 걸음까지 보관합니다. 반복 {0}의 걸음이 만들었습니다.</translation>
    </message>
</context>
<context>
    <name>roles</name>
    <message>
        <source>upstream</source>
        <translation>전해 온 변화도</translation>
    </message>
    <message>
        <source>× local</source>
        <translation>× 국소 미분</translation>
    </message>
    <message>
        <source>gate</source>
        <translation>게이트</translation>
    </message>
    <message>
        <source>winner</source>
        <translation>승자</translation>
    </message>
    <message>
        <source>share</source>
        <translation>비율</translation>
    </message>
    <message>
        <source>ln p</source>
        <translation>ln p</translation>
    </message>
    <message>
        <source>p</source>
        <translation>p</translation>
    </message>
    <message>
        <source>logit</source>
        <translation>로짓</translation>
    </message>
    <message>
        <source>label</source>
        <translation>레이블</translation>
    </message>
    <message>
        <source>output</source>
        <translation>출력</translation>
    </message>
    <message>
        <source>error</source>
        <translation>오차</translation>
    </message>
    <message>
        <source>sign</source>
        <translation>부호</translation>
    </message>
    <message>
        <source>kernel</source>
        <translation>커널</translation>
    </message>
    <message>
        <source>window</source>
        <translation>창</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>input</source>
        <translation>입력</translation>
    </message>
    <message>
        <source>bias</source>
        <translation>편향</translation>
    </message>
    <message>
        <source>pre-activation</source>
        <translation>활성화 전</translation>
    </message>
    <message>
        <source>target</source>
        <translation>목표</translation>
    </message>
    <message>
        <source>prediction</source>
        <translation>예측</translation>
    </message>
    <message>
        <source>before</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>gradient</source>
        <translation>변화도</translation>
    </message>
    <message>
        <source>factor</source>
        <translation>인수</translation>
    </message>
    <message>
        <source>products</source>
        <translation>곱</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>보냄</translation>
    </message>
    <message>
        <source>step</source>
        <translation>갱신량</translation>
    </message>
    <message>
        <source>× itself</source>
        <translation>× 자신</translation>
    </message>
    <message>
        <source>1/n</source>
        <translation>1/n</translation>
    </message>
    <message>
        <source>all others</source>
        <translation>나머지 모두</translation>
    </message>
    <message>
        <source>iteration</source>
        <translation>반복</translation>
    </message>
    <message>
        <source>made of</source>
        <translation>구성</translation>
    </message>
    <message>
        <source>what changes</source>
        <translation>바뀌는 수</translation>
    </message>
    <message>
        <source>depends on</source>
        <translation>의존하는 수</translation>
    </message>
    <message>
        <source>why it is 0</source>
        <translation>0인 까닭</translation>
    </message>
    <message>
        <source>whether it counts</source>
        <translation>세는지 여부</translation>
    </message>
    <message>
        <source>per +1</source>
        <translation>이 수 +1마다</translation>
    </message>
    <message>
        <source>|x|</source>
        <translation>|x|</translation>
    </message>
    <message>
        <source>|error|</source>
        <translation>|오차|</translation>
    </message>
    <message>
        <source>attention weight</source>
        <translation>주의 가중치</translation>
    </message>
    <message>
        <source>base</source>
        <translation>밑</translation>
    </message>
    <message>
        <source>query</source>
        <translation>쿼리</translation>
    </message>
    <message>
        <source>key</source>
        <translation>키</translation>
    </message>
    <message>
        <source>head</source>
        <translation>헤드</translation>
    </message>
    <message>
        <source>scale</source>
        <translation>스케일</translation>
    </message>
    <message>
        <source>exp(score)</source>
        <translation>exp(점수)</translation>
    </message>
    <message>
        <source>bound</source>
        <translation>경계</translation>
    </message>
    <message>
        <source>chosen</source>
        <translation>선택됨</translation>
    </message>
    <message>
        <source>weight of the class</source>
        <translation>클래스 가중치</translation>
    </message>
    <message>
        <source>share of the class</source>
        <translation>클래스의 비율</translation>
    </message>
    <message>
        <source>cofactor</source>
        <translation>여인수</translation>
    </message>
    <message>
        <source>coefficient</source>
        <translation>계수</translation>
    </message>
    <message>
        <source>determinant</source>
        <translation>행렬식</translation>
    </message>
    <message>
        <source>dividend</source>
        <translation>나뉨수</translation>
    </message>
    <message>
        <source>element</source>
        <translation>원소</translation>
    </message>
    <message>
        <source>loss of the element</source>
        <translation>원소의 손실</translation>
    </message>
    <message>
        <source>embedding</source>
        <translation>임베딩</translation>
    </message>
    <message>
        <source>gain γ</source>
        <translation>이득 γ</translation>
    </message>
    <message>
        <source>share of the label</source>
        <translation>레이블의 비율</translation>
    </message>
    <message>
        <source>mask</source>
        <translation>마스크</translation>
    </message>
    <message>
        <source>minuend</source>
        <translation>빼어지는 수</translation>
    </message>
    <message>
        <source>Σ ln p</source>
        <translation>Σ ln p</translation>
    </message>
    <message>
        <source>ln Σ exp</source>
        <translation>ln Σ exp</translation>
    </message>
    <message>
        <source>exp(logit)</source>
        <translation>exp(로짓)</translation>
    </message>
    <message>
        <source>largest logit</source>
        <translation>가장 큰 로짓</translation>
    </message>
    <message>
        <source>noise that was drawn</source>
        <translation>뽑힌 잡음</translation>
    </message>
    <message>
        <source>normalized</source>
        <translation>정규화됨</translation>
    </message>
    <message>
        <source>mean(g · normalized)</source>
        <translation>평균(g · 정규화)</translation>
    </message>
    <message>
        <source>x − mean</source>
        <translation>x − 평균</translation>
    </message>
    <message>
        <source>rank {0}</source>
        <translation>랭크 {0}</translation>
    </message>
    <message>
        <source>too small for float64</source>
        <translation>float64로는 너무 작음</translation>
    </message>
    <message>
        <source>the local derivative is 0</source>
        <translation>국소 미분이 0</translation>
    </message>
    <message>
        <source>{0} is 0</source>
        <translation>{0}이(가) 0</translation>
    </message>
    <message>
        <source>{0} is 0: ReLU stopped it</source>
        <translation>{0}이(가) 0: ReLU가 막음</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>평균</translation>
    </message>
    <message>
        <source>mean(g)</source>
        <translation>평균(g)</translation>
    </message>
    <message>
        <source>running</source>
        <translation>이동 통계</translation>
    </message>
    <message>
        <source>running mean</source>
        <translation>이동 평균</translation>
    </message>
    <message>
        <source>1 / divisor</source>
        <translation>1 / 나누는 수</translation>
    </message>
    <message>
        <source>1 / norm</source>
        <translation>1 / 노름</translation>
    </message>
    <message>
        <source>1 / rms</source>
        <translation>1 / rms</translation>
    </message>
    <message>
        <source>1 / σ</source>
        <translation>1 / σ</translation>
    </message>
    <message>
        <source>1 / Σ exp</source>
        <translation>1 / Σ exp</translation>
    </message>
    <message>
        <source>slope</source>
        <translation>기울기</translation>
    </message>
    <message>
        <source>x²</source>
        <translation>x²</translation>
    </message>
    <message>
        <source>deviation²</source>
        <translation>편차²</translation>
    </message>
    <message>
        <source>error²</source>
        <translation>오차²</translation>
    </message>
    <message>
        <source>replacement</source>
        <translation>대체값</translation>
    </message>
    <message>
        <source>norm</source>
        <translation>노름</translation>
    </message>
    <message>
        <source>power of |x|</source>
        <translation>|x|의 거듭제곱</translation>
    </message>
    <message>
        <source>a / b</source>
        <translation>a / b</translation>
    </message>
    <message>
        <source>rank</source>
        <translation>랭크</translation>
    </message>
    <message>
        <source>other ranks</source>
        <translation>다른 랭크</translation>
    </message>
    <message>
        <source>subtrahend</source>
        <translation>빼는 수</translation>
    </message>
    <message>
        <source>input gate</source>
        <translation>입력 게이트</translation>
    </message>
    <message>
        <source>forget gate</source>
        <translation>망각 게이트</translation>
    </message>
    <message>
        <source>output gate</source>
        <translation>출력 게이트</translation>
    </message>
    <message>
        <source>reset gate</source>
        <translation>리셋 게이트</translation>
    </message>
    <message>
        <source>update gate</source>
        <translation>업데이트 게이트</translation>
    </message>
    <message>
        <source>candidate</source>
        <translation>후보</translation>
    </message>
    <message>
        <source>W·h of the candidate</source>
        <translation>후보의 W·h</translation>
    </message>
    <message>
        <source>cell</source>
        <translation>셀</translation>
    </message>
    <message>
        <source>hidden state</source>
        <translation>은닉 상태</translation>
    </message>
    <message>
        <source>initial cell</source>
        <translation>초기 셀</translation>
    </message>
    <message>
        <source>initial state</source>
        <translation>초기 상태</translation>
    </message>
    <message>
        <source>recurrent weight</source>
        <translation>순환 가중치</translation>
    </message>
    <message>
        <source>recurrent bias</source>
        <translation>순환 편향</translation>
    </message>
    <message>
        <source>∂L/∂h</source>
        <translation>∂L/∂h</translation>
    </message>
    <message>
        <source>∂L/∂c</source>
        <translation>∂L/∂c</translation>
    </message>
    <message>
        <source>∂L/∂a</source>
        <translation>∂L/∂a</translation>
    </message>
    <message>
        <source>summand</source>
        <translation>더하는 수</translation>
    </message>
    <message>
        <source>value</source>
        <translation>값</translation>
    </message>
</context>
<context>
    <name>samples</name>
    <message>
        <source>{0}, label {1}, is the batch now: press F10 to step through its iteration.</source>
        <translation>{0}, 레이블 {1}이(가) 이제 배치입니다. F10으로 그 반복을 단계별로 실행하세요.</translation>
    </message>
    <message>
        <source>Training set</source>
        <translation>학습 세트</translation>
    </message>
    <message>
        <source>Validation set</source>
        <translation>검증 세트</translation>
    </message>
    <message>
        <source>Training sample {0:,}</source>
        <translation>학습 샘플 {0:,}</translation>
    </message>
    <message>
        <source>Validation sample {0:,}</source>
        <translation>검증 샘플 {0:,}</translation>
    </message>
    <message>
        <source>Label {label}, not evaluated yet</source>
        <translation>레이블 {label}, 아직 평가하지 않음</translation>
    </message>
    <message>
        <source>Label {label}, predicted {predicted}: incorrect ✗</source>
        <translation>레이블 {label}, 예측 {predicted}: 틀림 ✗</translation>
    </message>
    <message>
        <source>Label {label}, predicted {predicted}: correct ✓</source>
        <translation>레이블 {label}, 예측 {predicted}: 맞음 ✓</translation>
    </message>
    <message>
        <source>Loss {0}</source>
        <translation>손실 {0}</translation>
    </message>
    <message>
        <source>All {of:,} samples: {count:,} correct (accuracy {share:.2f} %).</source>
        <translation>전체 샘플 {of:,}개: {count:,}개 맞음 (정확도 {share:.2f} %).</translation>
    </message>
    <message>
        <source>Label {label}: {count:,} of {of:,} samples correct (recall {share:.2f} %).</source>
        <translation>레이블 {label}: 샘플 {of:,}개 중 {count:,}개 맞음 (재현율 {share:.2f} %).</translation>
    </message>
    <message>
        <source>Predicted {predicted}: {count:,} of {of:,} samples correct (precision {share:.2f} %).</source>
        <translation>예측 {predicted}: 샘플 {of:,}개 중 {count:,}개 맞음 (정밀도 {share:.2f} %).</translation>
    </message>
    <message>
        <source>Label {label}, predicted {predicted}: {count:,} of {of:,} samples ({share:.2f} %).</source>
        <translation>레이블 {label}, 예측 {predicted}: 샘플 {of:,}개 중 {count:,}개 ({share:.2f} %).</translation>
    </message>
</context>
<context>
    <name>surface</name>
    <message>
        <source>random direction {0}, filter-normalised</source>
        <translation>무작위 방향 {0}, 필터 정규화</translation>
    </message>
    <message>
        <source>main direction {0} of the run ({1} of its path)</source>
        <translation>학습의 주방향 {0} (경로의 {1})</translation>
    </message>
    <message>
        <source>towards the weights after iteration {0}</source>
        <translation>반복 {0} 뒤의 가중치 쪽</translation>
    </message>
    <message>
        <source>the weight {0}</source>
        <translation>가중치 {0}</translation>
    </message>
    <message>
        <source>across it, towards the weights after iteration {0}</source>
        <translation>그와 직교하며 반복 {0} 뒤의 가중치 쪽</translation>
    </message>
    <message>
        <source>What came before iteration {0:,} is not known: the file of a session keeps no path.</source>
        <translation>반복 {0:,} 이전의 경로는 알 수 없습니다. 세션 파일은 경로를 저장하지 않습니다.</translation>
    </message>
    <message>
        <source>There is no path yet: train some iterations.</source>
        <translation>아직 경로가 없습니다. 몇 번 반복 학습하세요.</translation>
    </message>
    <message>
        <source>Of the run&apos;s path {0} lies on this line.</source>
        <translation>실행 경로의 {0}가 이 직선 위에 있습니다.</translation>
    </message>
    <message>
        <source>Of the run&apos;s path {0} lies in this plane: random planes almost never hold it, so its shadow is near the middle. Choose the main directions to see it.</source>
        <translation>학습 경로의 {0}이(가) 이 평면에 있습니다. 무작위 평면은 경로를 거의 담지 못하므로 그림자가 가운데에 모입니다. 경로를 보려면 주방향을 고르세요.</translation>
    </message>
    <message>
        <source>Of the run&apos;s path {0} lies in this plane.</source>
        <translation>학습 경로의 {0}이(가) 이 평면에 있습니다.</translation>
    </message>
    <message>
        <source>Since iteration {0:,} x has changed by {1} and y by {2}.</source>
        <translation>반복 {0:,} 이후 x는 {1}, y는 {2}만큼 바뀌었습니다.</translation>
    </message>
    <message>
        <source>The gradient is {0} along x and {1} along y; the arrow is the direction of descent.</source>
        <translation>변화도는 x 방향으로 {0}, y 방향으로 {1}이고, 화살표는 내려가는 방향입니다.</translation>
    </message>
    <message>
        <source>The short straight line is the slope at the weights now: {0} of the gradient&apos;s length lies along it.</source>
        <translation>짧은 직선은 지금 가중치에서의 기울기입니다. 변화도 길이의 {0}가 이 방향에 있습니다.</translation>
    </message>
    <message>
        <source>The arrow is the direction of descent, −gradient: {0} of its length lies in this plane.</source>
        <translation>화살표는 하강 방향(−변화도)입니다. 그 길이의 {0}이(가) 이 평면에 있습니다.</translation>
    </message>
    <message>
        <source>around iteration {0:,} · {1:,} training samples · loss {2}</source>
        <translation>반복 {0:,} 둘레 · 학습 샘플 {1:,}개 · 손실 {2}</translation>
    </message>
    <message>
        <source>around iteration {0:,} · {1:,} validation samples · loss {2}</source>
        <translation>반복 {0:,} 둘레 · 검증 샘플 {1:,}개 · 손실 {2}</translation>
    </message>
    <message>
        <source>Cancelled. A point that was not reached has the nearest one&apos;s colour.</source>
        <translation>취소했습니다. 계산하지 못한 점은 가장 가까운 점의 색으로 보입니다.</translation>
    </message>
    <message>
        <source>Another run has begun: compute its surface.</source>
        <translation>다른 학습이 시작되었습니다. 그 곡면을 계산하세요.</translation>
    </message>
    <message>
        <source>The process that runs torch has ended: compute the surface again.</source>
        <translation>torch를 실행하는 프로세스가 끝났습니다. 곡면을 다시 계산하세요.</translation>
    </message>
    <message>
        <source>The surface could not be computed. {0}: {1}</source>
        <translation>곡면을 계산할 수 없습니다. {0}: {1}</translation>
    </message>
</context>
<context>
    <name>symbols</name>
    <message>
        <source>gₙ: gradient of rank n before the all-reduce</source>
        <translation>gₙ: all-reduce 이전 랭크 n의 변화도</translation>
    </message>
    <message>
        <source>exponent</source>
        <translation>지수</translation>
    </message>
    <message>
        <source>{0}, before this update</source>
        <translation>{0}, 이 갱신 전</translation>
    </message>
    <message>
        <source>{0}, at the next update</source>
        <translation>{0}, 다음 갱신</translation>
    </message>
    <message>
        <source>{0}, of the step before</source>
        <translation>{0}, 이전 단계</translation>
    </message>
    <message>
        <source>{0}, of the step after</source>
        <translation>{0}, 다음 단계</translation>
    </message>
    <message>
        <source>upstream gradient</source>
        <translation>전해 온 변화도(upstream gradient)</translation>
    </message>
    <message>
        <source>input</source>
        <translation>입력</translation>
    </message>
    <message>
        <source>output</source>
        <translation>출력</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>가중치</translation>
    </message>
    <message>
        <source>pos_weight, the weight of class 1</source>
        <translation>pos_weight, 클래스 1의 가중치</translation>
    </message>
    <message>
        <source>first operand</source>
        <translation>첫째 피연산자</translation>
    </message>
    <message>
        <source>second operand</source>
        <translation>둘째 피연산자</translation>
    </message>
    <message>
        <source>condition</source>
        <translation>조건</translation>
    </message>
    <message>
        <source>value</source>
        <translation>값</translation>
    </message>
    <message>
        <source>second matrix</source>
        <translation>둘째 행렬</translation>
    </message>
    <message>
        <source>target</source>
        <translation>목표</translation>
    </message>
    <message>
        <source>probability, the softmax of x</source>
        <translation>확률, x의 softmax</translation>
    </message>
    <message>
        <source>how many there are</source>
        <translation>개수</translation>
    </message>
    <message>
        <source>how many are in the window</source>
        <translation>창 안의 개수</translation>
    </message>
    <message>
        <source>the place that was taken</source>
        <translation>가져온 위치</translation>
    </message>
    <message>
        <source>gain</source>
        <translation>이득</translation>
    </message>
    <message>
        <source>shift</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>standard deviation, √(var + ε)</source>
        <translation>표준편차, √(var + ε)</translation>
    </message>
    <message>
        <source>sigmoid, 1 / (1 + exp(−x))</source>
        <translation>시그모이드, 1 / (1 + exp(−x))</translation>
    </message>
    <message>
        <source>the normal distribution function</source>
        <translation>정규 분포 함수</translation>
    </message>
    <message>
        <source>the normal density</source>
        <translation>정규 분포의 밀도</translation>
    </message>
    <message>
        <source>normalized input</source>
        <translation>정규화된 입력</translation>
    </message>
    <message>
        <source>upstream gradient times the gain</source>
        <translation>전해 온 변화도 × 이득</translation>
    </message>
    <message>
        <source>mean of what is normalized together</source>
        <translation>함께 정규화되는 값의 평균</translation>
    </message>
    <message>
        <source>variance of what is normalized together</source>
        <translation>함께 정규화되는 값의 분산</translation>
    </message>
    <message>
        <source>root mean square of x</source>
        <translation>x의 제곱평균제곱근</translation>
    </message>
    <message>
        <source>the eps option, so that nothing is divided by 0</source>
        <translation>eps 옵션, 0으로 나누지 않도록</translation>
    </message>
    <message>
        <source>attention weights</source>
        <translation>어텐션 가중치</translation>
    </message>
    <message>
        <source>queries</source>
        <translation>쿼리</translation>
    </message>
    <message>
        <source>keys</source>
        <translation>키</translation>
    </message>
    <message>
        <source>values</source>
        <translation>값</translation>
    </message>
    <message>
        <source>features of a head</source>
        <translation>헤드의 특징 수</translation>
    </message>
    <message>
        <source>gradient of the scores</source>
        <translation>점수의 변화도</translation>
    </message>
    <message>
        <source>gradient before the gain, or before the values</source>
        <translation>이득 또는 값 이전의 변화도</translation>
    </message>
    <message>
        <source>what dropout kept, scaled</source>
        <translation>드롭아웃이 남긴 값, 배율 적용</translation>
    </message>
    <message>
        <source>weight of the output</source>
        <translation>출력의 가중치</translation>
    </message>
    <message>
        <source>bias of the output</source>
        <translation>출력의 편향</translation>
    </message>
    <message>
        <source>logarithm of the probability</source>
        <translation>확률의 로그</translation>
    </message>
    <message>
        <source>result of an attention head</source>
        <translation>어텐션 헤드의 결과</translation>
    </message>
    <message>
        <source>Q @ Kᵀ / √d</source>
        <translation>Q @ Kᵀ / √d</translation>
    </message>
    <message>
        <source>sum of the exponentials</source>
        <translation>지수의 합</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>hidden state</source>
        <translation>은닉 상태</translation>
    </message>
    <message>
        <source>cell state</source>
        <translation>셀 상태</translation>
    </message>
    <message>
        <source>input gate</source>
        <translation>입력 게이트</translation>
    </message>
    <message>
        <source>forget gate</source>
        <translation>망각 게이트</translation>
    </message>
    <message>
        <source>candidate</source>
        <translation>후보</translation>
    </message>
    <message>
        <source>output gate</source>
        <translation>출력 게이트</translation>
    </message>
    <message>
        <source>reset gate</source>
        <translation>리셋 게이트</translation>
    </message>
    <message>
        <source>update gate</source>
        <translation>업데이트 게이트</translation>
    </message>
    <message>
        <source>W_hn·h₋₁ + b_hn</source>
        <translation>W_hn·h₋₁ + b_hn</translation>
    </message>
    <message>
        <source>pre-activation</source>
        <translation>활성화 전 값</translation>
    </message>
    <message>
        <source>weight of the input</source>
        <translation>입력의 가중치</translation>
    </message>
    <message>
        <source>recurrent weight</source>
        <translation>순환 가중치</translation>
    </message>
    <message>
        <source>recurrent weight of the candidate</source>
        <translation>후보의 순환 가중치</translation>
    </message>
    <message>
        <source>bias</source>
        <translation>편향</translation>
    </message>
    <message>
        <source>recurrent bias</source>
        <translation>순환 편향</translation>
    </message>
    <message>
        <source>recurrent bias of the candidate</source>
        <translation>후보의 순환 편향</translation>
    </message>
    <message>
        <source>gradient of the pre-activation</source>
        <translation>활성화 전 값의 변화도</translation>
    </message>
    <message>
        <source>gradient of the cell state</source>
        <translation>셀 상태의 변화도</translation>
    </message>
    <message>
        <source>gradient of the hidden state</source>
        <translation>은닉 상태의 변화도</translation>
    </message>
    <message>
        <source>running mean of the squared gradient</source>
        <translation>변화도 제곱의 이동 평균</translation>
    </message>
    <message>
        <source>running variance of the gradient</source>
        <translation>변화도의 이동 분산</translation>
    </message>
    <message>
        <source>momentum buffer</source>
        <translation>모멘텀 버퍼</translation>
    </message>
    <message>
        <source>weight after the update</source>
        <translation>갱신 후의 가중치</translation>
    </message>
    <message>
        <source>weight before the update</source>
        <translation>갱신 전의 가중치</translation>
    </message>
    <message>
        <source>weight after its decay</source>
        <translation>감쇠 후의 가중치</translation>
    </message>
    <message>
        <source>learning rate</source>
        <translation>학습률</translation>
    </message>
    <message>
        <source>.grad, what backward left</source>
        <translation>.grad, backward가 남긴 값</translation>
    </message>
    <message>
        <source>gradient that the rule uses</source>
        <translation>규칙이 쓰는 변화도</translation>
    </message>
    <message>
        <source>step of Nesterov</source>
        <translation>네스테로프의 걸음</translation>
    </message>
    <message>
        <source>weight_decay</source>
        <translation>weight_decay</translation>
    </message>
    <message>
        <source>momentum</source>
        <translation>모멘텀</translation>
    </message>
    <message>
        <source>gradient to be made orthogonal</source>
        <translation>직교화할 변화도</translation>
    </message>
    <message>
        <source>all of u made nearly orthogonal, in bfloat16</source>
        <translation>u 전체를 bfloat16으로 거의 직교화한 것</translation>
    </message>
    <message>
        <source>Newton-Schulz steps on the whole matrix</source>
        <translation>행렬 전체에 대한 Newton-Schulz 단계</translation>
    </message>
    <message>
        <source>matrix that the Newton-Schulz steps make orthogonal</source>
        <translation>Newton-Schulz 단계가 직교화하는 행렬</translation>
    </message>
    <message>
        <source>number of rows</source>
        <translation>행의 수</translation>
    </message>
    <message>
        <source>number of columns</source>
        <translation>열의 수</translation>
    </message>
    <message>
        <source>rows by columns</source>
        <translation>행 수를 열 수로 나눈 값</translation>
    </message>
    <message>
        <source>size of the matrix, for its learning rate</source>
        <translation>행렬의 크기, 학습률을 정하는 데 씀</translation>
    </message>
    <message>
        <source>share that makes steps as large as AdamW&apos;s</source>
        <translation>걸음을 AdamW만큼 크게 하는 몫</translation>
    </message>
    <message>
        <source>dampening</source>
        <translation>dampening</translation>
    </message>
    <message>
        <source>smoothing of vₜ</source>
        <translation>vₜ의 평활 계수</translation>
    </message>
    <message>
        <source>smoothing of mₜ</source>
        <translation>mₜ의 평활 계수</translation>
    </message>
    <message>
        <source>eps, so that nothing is divided by 0</source>
        <translation>eps, 0으로 나누지 않도록</translation>
    </message>
    <message>
        <source>number of this update</source>
        <translation>이 갱신의 번호</translation>
    </message>
    <message>
        <source>running mean of the gradient</source>
        <translation>변화도의 이동 평균</translation>
    </message>
    <message>
        <source>largest vₜ so far</source>
        <translation>지금까지 가장 큰 vₜ</translation>
    </message>
    <message>
        <source>sum of the squared gradients</source>
        <translation>변화도 제곱의 합</translation>
    </message>
    <message>
        <source>bias correction of mₜ</source>
        <translation>mₜ의 편향 보정</translation>
    </message>
    <message>
        <source>bias correction of vₜ</source>
        <translation>vₜ의 편향 보정</translation>
    </message>
    <message>
        <source>vₜ without its bias</source>
        <translation>편향을 없앤 vₜ</translation>
    </message>
    <message>
        <source>root of the running square</source>
        <translation>이동 제곱 평균의 제곱근</translation>
    </message>
    <message>
        <source>divisor, a root plus ε</source>
        <translation>나누는 수, 제곱근 + ε</translation>
    </message>
    <message>
        <source>step size</source>
        <translation>걸음 크기</translation>
    </message>
    <message>
        <source>divisor of the learning rate</source>
        <translation>학습률을 나누는 수</translation>
    </message>
    <message>
        <source>lr_decay</source>
        <translation>lr_decay</translation>
    </message>
    <message>
        <source>momentum_decay</source>
        <translation>momentum_decay</translation>
    </message>
    <message>
        <source>product of all μ so far</source>
        <translation>지금까지의 모든 μ의 곱</translation>
    </message>
    <message>
        <source>factor of the gradient</source>
        <translation>변화도에 곱하는 수</translation>
    </message>
    <message>
        <source>divisor of the momentum&apos;s factor</source>
        <translation>모멘텀에 곱하는 수를 나누는 수</translation>
    </message>
    <message>
        <source>factor of the momentum</source>
        <translation>모멘텀에 곱하는 수</translation>
    </message>
    <message>
        <source>weight after the gradient&apos;s part of the step</source>
        <translation>걸음 중 변화도의 몫을 뺀 뒤의 가중치</translation>
    </message>
    <message>
        <source>max_norm / norm of the row</source>
        <translation>max_norm / 행의 노름</translation>
    </message>
    <message>
        <source>how much of uₜ is kept</source>
        <translation>uₜ를 얼마나 남길지</translation>
    </message>
    <message>
        <source>largest gradient of late</source>
        <translation>최근의 가장 큰 변화도</translation>
    </message>
    <message>
        <source>what is left of the largest before</source>
        <translation>이전의 가장 큰 변화도에서 남은 것</translation>
    </message>
    <message>
        <source>size of this gradient</source>
        <translation>이번 변화도의 크기</translation>
    </message>
    <message>
        <source>direction made from the gradients of all calls so far</source>
        <translation>지금까지의 모든 호출의 변화도로 만든 방향</translation>
    </message>
    <message>
        <source>length of the step along d</source>
        <translation>d 방향 스텝의 길이</translation>
    </message>
    <message>
        <source>weight that the search began with</source>
        <translation>탐색을 시작한 가중치</translation>
    </message>
    <message>
        <source>rho</source>
        <translation>rho</translation>
    </message>
    <message>
        <source>vₜ with ε added</source>
        <translation>ε을 더한 vₜ</translation>
    </message>
    <message>
        <source>running mean of the squared steps</source>
        <translation>걸음 제곱의 이동 평균</translation>
    </message>
    <message>
        <source>typical size of the steps so far</source>
        <translation>지금까지 걸음의 보통 크기</translation>
    </message>
    <message>
        <source>step, before the learning rate</source>
        <translation>학습률을 곱하기 전의 걸음</translation>
    </message>
    <message>
        <source>lambd</source>
        <translation>lambd</translation>
    </message>
    <message>
        <source>alpha</source>
        <translation>alpha</translation>
    </message>
    <message>
        <source>t0</source>
        <translation>t0</translation>
    </message>
    <message>
        <source>learning rate that has fallen</source>
        <translation>줄어든 학습률</translation>
    </message>
    <message>
        <source>share of the new weight in the mean</source>
        <translation>평균에서 새 가중치의 몫</translation>
    </message>
    <message>
        <source>mean of the weights</source>
        <translation>가중치의 평균</translation>
    </message>
    <message>
        <source>new weight</source>
        <translation>새 가중치</translation>
    </message>
    <message>
        <source>gradient of the last update, or 0</source>
        <translation>지난 갱신의 변화도, 또는 0</translation>
    </message>
    <message>
        <source>whether the gradient keeps its sign</source>
        <translation>변화도의 부호가 그대로인지</translation>
    </message>
    <message>
        <source>factor of the step</source>
        <translation>걸음에 곱하는 값</translation>
    </message>
    <message>
        <source>size of the step</source>
        <translation>걸음의 크기</translation>
    </message>
    <message>
        <source>etaminus</source>
        <translation>etaminus</translation>
    </message>
    <message>
        <source>etaplus</source>
        <translation>etaplus</translation>
    </message>
    <message>
        <source>smallest step</source>
        <translation>가장 작은 걸음</translation>
    </message>
    <message>
        <source>largest step</source>
        <translation>가장 큰 걸음</translation>
    </message>
    <message>
        <source>beta2_decay</source>
        <translation>beta2_decay</translation>
    </message>
    <message>
        <source>share of the new squares in their mean</source>
        <translation>제곱의 평균에서 새 제곱이 차지하는 몫</translation>
    </message>
    <message>
        <source>largest learning rate at this update</source>
        <translation>이 갱신에서 가장 큰 학습률</translation>
    </message>
    <message>
        <source>limit of the learning rate, which falls</source>
        <translation>줄어드는 학습률의 한계</translation>
    </message>
    <message>
        <source>root mean square of all weights of the tensor</source>
        <translation>Tensor의 모든 가중치의 제곱 평균 제곱근</translation>
    </message>
    <message>
        <source>size of the weights that the step goes by</source>
        <translation>걸음이 따르는 가중치의 크기</translation>
    </message>
    <message>
        <source>step size, by the size of the weights</source>
        <translation>가중치의 크기에 따른 걸음 크기</translation>
    </message>
    <message>
        <source>eps[0], so that nothing is divided by 0</source>
        <translation>eps[0], 0으로 나누지 않게 함</translation>
    </message>
    <message>
        <source>eps[1], for weights near 0</source>
        <translation>eps[1], 0에 가까운 가중치를 위함</translation>
    </message>
    <message>
        <source>mean square of the gradients in this row</source>
        <translation>이 행의 변화도의 제곱 평균</translation>
    </message>
    <message>
        <source>mean square of the gradients in this column</source>
        <translation>이 열의 변화도의 제곱 평균</translation>
    </message>
    <message>
        <source>running mean of the squares of a row</source>
        <translation>한 행의 제곱의 이동 평균</translation>
    </message>
    <message>
        <source>running mean of the squares of a column</source>
        <translation>한 열의 제곱의 이동 평균</translation>
    </message>
    <message>
        <source>mean of R over the rows</source>
        <translation>R의 행에 걸친 평균</translation>
    </message>
    <message>
        <source>divisor of the mean squares</source>
        <translation>제곱 평균을 나누는 수</translation>
    </message>
    <message>
        <source>square of the gradient</source>
        <translation>변화도의 제곱</translation>
    </message>
    <message>
        <source>mean square of this gradient</source>
        <translation>이 변화도의 제곱 평균</translation>
    </message>
    <message>
        <source>v, but not less than ε₁²</source>
        <translation>v, 다만 ε₁² 이상</translation>
    </message>
    <message>
        <source>least mean square, ε₁²</source>
        <translation>가장 작은 제곱 평균, ε₁²</translation>
    </message>
    <message>
        <source>size of the steps over the limit d</source>
        <translation>걸음의 크기를 한계 d로 나눈 값</translation>
    </message>
    <message>
        <source>gradient by its size</source>
        <translation>변화도를 그 크기로 나눈 값</translation>
    </message>
    <message>
        <source>root mean square of all U of the tensor</source>
        <translation>Tensor의 모든 U의 제곱 평균 제곱근</translation>
    </message>
    <message>
        <source>d, the size from which on steps are made smaller</source>
        <translation>d, 이 크기부터 걸음을 줄임</translation>
    </message>
    <message>
        <source>by what the steps are made smaller</source>
        <translation>걸음을 줄이는 배수</translation>
    </message>
    <message>
        <source>how many axes the tensor has</source>
        <translation>Tensor의 축 수</translation>
    </message>
    <message>
        <source>mean over a row, the last axis</source>
        <translation>한 행(마지막 축)에 걸친 평균</translation>
    </message>
    <message>
        <source>mean over a column, the last axis but one</source>
        <translation>한 열(끝에서 두 번째 축)에 걸친 평균</translation>
    </message>
    <message>
        <source>mₜ without its bias</source>
        <translation>편향을 없앤 mₜ</translation>
    </message>
    <message>
        <source>how many gradients the mean square reaches back, at most</source>
        <translation>제곱 평균이 거슬러 올라가는 변화도의 수, 최대</translation>
    </message>
    <message>
        <source>how many gradients the mean square reaches back by now</source>
        <translation>제곱 평균이 지금까지 거슬러 올라가는 변화도의 수</translation>
    </message>
    <message>
        <source>share of the step while there are few gradients</source>
        <translation>변화도가 아직 적을 때 걸음에서 취하는 몫</translation>
    </message>
    <message>
        <source>1 over the size of this weight&apos;s gradients</source>
        <translation>1을 이 가중치의 변화도 크기로 나눈 값</translation>
    </message>
</context>
<context>
    <name>web page</name>
    <message>
        <source>{0} · iteration {1}</source>
        <translation>{0} · 반복 {1}</translation>
    </message>
    <message>
        <source>loss {0}</source>
        <translation>손실 {0}</translation>
    </message>
    <message>
        <source>recorded by backprop_viz {0}</source>
        <translation>backprop_viz {0}에서 기록</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝게</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어둡게</translation>
    </message>
    <message>
        <source>Light or dark colours (T)</source>
        <translation>밝은 색 또는 어두운 색 (T)</translation>
    </message>
    <message>
        <source>Events</source>
        <translation>이벤트</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>신경망</translation>
    </message>
    <message>
        <source>Autograd graph</source>
        <translation>autograd 그래프</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>검사기</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>타임라인</translation>
    </message>
    <message>
        <source>follow</source>
        <translation>따라가기</translation>
    </message>
    <message>
        <source>Activations up to the loss, gradients from backward on</source>
        <translation>손실까지는 활성값, backward부터는 변화도</translation>
    </message>
    <message>
        <source>activations</source>
        <translation>활성값</translation>
    </message>
    <message>
        <source>What each layer computed</source>
        <translation>각 층이 계산한 값</translation>
    </message>
    <message>
        <source>gradients</source>
        <translation>변화도</translation>
    </message>
    <message>
        <source>The gradient of the loss with respect to what each layer computed</source>
        <translation>각 층이 계산한 값에 대한 손실의 변화도</translation>
    </message>
    <message>
        <source>sample {0}</source>
        <translation>샘플 {0}</translation>
    </message>
    <message>
        <source>label {0}</source>
        <translation>레이블 {0}</translation>
    </message>
    <message>
        <source>{0} of {1} samples in this page</source>
        <translation>샘플 {1}개 중 {0}개가 이 페이지에 있음</translation>
    </message>
    <message>
        <source>Previous sample</source>
        <translation>이전 샘플</translation>
    </message>
    <message>
        <source>Next sample</source>
        <translation>다음 샘플</translation>
    </message>
    <message>
        <source>loss.grad_fn → next_functions · {0} of {1} nodes ran</source>
        <translation>loss.grad_fn → next_functions · 노드 {1}개 중 {0}개 실행됨</translation>
    </message>
    <message>
        <source>Before the first event</source>
        <translation>첫 이벤트 이전</translation>
    </message>
    <message>
        <source>Nothing has happened yet. The right arrow key goes forward by one event, Page Down by a phase.</source>
        <translation>아직 아무 일도 일어나지 않았습니다. 오른쪽 화살표 키는 이벤트 하나, Page Down은 한 단계 앞으로 갑니다.</translation>
    </message>
    <message>
        <source>zero_grad clears the gradient of the iteration before.</source>
        <translation>zero_grad는 이전 반복의 변화도를 지웁니다.</translation>
    </message>
    <message>
        <source>An operation of the forward pass: what it read, and what it made.</source>
        <translation>forward의 연산 하나: 읽은 것과 만든 것입니다.</translation>
    </message>
    <message>
        <source>The loss: one number that says how wrong the output is.</source>
        <translation>손실: 출력이 얼마나 틀렸는지 나타내는 수 하나입니다.</translation>
    </message>
    <message>
        <source>Backward runs this node: the gradient of its output arrived, and it sends those of its inputs.</source>
        <translation>backward가 이 노드를 실행합니다. 출력의 변화도가 도착했고, 입력들의 변화도를 보냅니다.</translation>
    </message>
    <message>
        <source>The gradient that arrived is added to the parameter&apos;s .grad.</source>
        <translation>도착한 변화도가 매개변수의 .grad에 더해집니다.</translation>
    </message>
    <message>
        <source>The optimizer changes the weight by its gradient.</source>
        <translation>옵티마이저가 변화도로 가중치를 바꿉니다.</translation>
    </message>
    <message>
        <source>read</source>
        <translation>읽음</translation>
    </message>
    <message>
        <source>made</source>
        <translation>만듦</translation>
    </message>
    <message>
        <source>arrived</source>
        <translation>도착</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>보냄</translation>
    </message>
    <message>
        <source>.grad before</source>
        <translation>이전 .grad</translation>
    </message>
    <message>
        <source>.grad after</source>
        <translation>이후 .grad</translation>
    </message>
    <message>
        <source>weight before</source>
        <translation>이전 가중치</translation>
    </message>
    <message>
        <source>weight after</source>
        <translation>이후 가중치</translation>
    </message>
    <message>
        <source>{0} before</source>
        <translation>이전 {0}</translation>
    </message>
    <message>
        <source>{0} after</source>
        <translation>이후 {0}</translation>
    </message>
    <message>
        <source>None</source>
        <translation>None</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>기록되지 않음</translation>
    </message>
    <message>
        <source>It has not been computed yet.</source>
        <translation>아직 계산되지 않았습니다.</translation>
    </message>
    <message>
        <source>Its numbers are too many for this page; the recording has them.</source>
        <translation>이 페이지에 담기에는 수가 너무 많습니다. 기록에는 있습니다.</translation>
    </message>
    <message>
        <source>min {0} · max {1} · ‖·‖ {2}</source>
        <translation>최소 {0} · 최대 {1} · ‖·‖ {2}</translation>
    </message>
    <message>
        <source>axis {0}</source>
        <translation>축 {0}</translation>
    </message>
    <message>
        <source>every {0}th number</source>
        <translation>{0}번째 수마다</translation>
    </message>
    <message>
        <source>colours from −{0} to +{0}</source>
        <translation>색은 −{0}에서 +{0}까지</translation>
    </message>
    <message>
        <source>Numbers around the chosen one; the arrow keys choose another</source>
        <translation>고른 수 주변의 수. 화살표 키로 다른 수를 고릅니다</translation>
    </message>
    <message>
        <source>Show the nodes of each layer, module or loop as one box</source>
        <translation>각 층, 모듈, 루프의 노드를 상자 하나로 보여 줍니다</translation>
    </message>
    <message>
        <source>boxes</source>
        <translation>상자</translation>
    </message>
    <message>
        <source>loop ×{0}</source>
        <translation>루프 ×{0}</translation>
    </message>
    <message>
        <source>pass {0}</source>
        <translation>통과 {0}</translation>
    </message>
    <message>
        <source>To the start (Home)</source>
        <translation>처음으로 (Home)</translation>
    </message>
    <message>
        <source>Back by one event (←)</source>
        <translation>이벤트 하나 뒤로 (←)</translation>
    </message>
    <message>
        <source>Play or stop (space)</source>
        <translation>재생 또는 정지 (스페이스)</translation>
    </message>
    <message>
        <source>Forward by one event (→)</source>
        <translation>이벤트 하나 앞으로 (→)</translation>
    </message>
    <message>
        <source>To the end (End)</source>
        <translation>끝으로 (End)</translation>
    </message>
    <message>
        <source>event {0} of {1}</source>
        <translation>이벤트 {1}개 중 {0}번째</translation>
    </message>
    <message>
        <source>← → an event · Page Up, Page Down a phase · Home, End · space plays</source>
        <translation>← → 이벤트 하나 · Page Up, Page Down 한 단계 · Home, End · 스페이스 재생</translation>
    </message>
    <message>
        <source>This browser is too old to unpack the page: open it in a newer one.</source>
        <translation>이 브라우저는 페이지를 풀기에 너무 오래되었습니다. 더 새로운 브라우저에서 여세요.</translation>
    </message>
</context>
<context>
    <name>why</name>
    <message>
        <source>Nothing is recorded of it yet.</source>
        <translation>아직 이것에 대해 기록된 것이 없습니다.</translation>
    </message>
    <message>
        <source>The numbers of {0} are not recorded: its module is not in only=.</source>
        <translation>{0}의 값은 기록되지 않았습니다. 해당 모듈이 only=에 없습니다.</translation>
    </message>
    <message>
        <source>{0} ran, but its numbers could not be recorded.</source>
        <translation>{0}은(는) 실행되었지만 값을 기록할 수 없었습니다.</translation>
    </message>
    <message>
        <source>{0} is frozen: its requires_grad is False, so it gets no gradient.</source>
        <translation>{0}은(는) 고정되어 있습니다. requires_grad가 False라 변화도를 받지 않습니다.</translation>
    </message>
    <message>
        <source>{0} gets no gradient: no operation of this forward pass used it.</source>
        <translation>{0}은(는) 변화도를 받지 않습니다. 이 순전파의 어떤 연산도 쓰지 않았습니다.</translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” detached its result from the graph.</source>
        <translation>{0}은(는) 변화도를 받지 않습니다. “{1}”이(가) 결과를 그래프에서 떼어 냈습니다(detach).</translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” ran under no_grad or inference_mode, where torch records no graph.</source>
        <translation>{0}에는 변화도가 없습니다. “{1}”은(는) torch가 그래프를 기록하지 않는 no_grad 또는 inference_mode 아래에서 실행되었습니다.</translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” gives a result without a gradient.</source>
        <translation>{0}에는 변화도가 없습니다: “{1}”의 결과에는 변화도가 없습니다.</translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” copied the numbers into a new tensor, and not their graph.</source>
        <translation>{0}에는 변화도가 없습니다: “{1}”이(가) 수만 새 Tensor로 복사하고 그래프는 복사하지 않았습니다.</translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” took the numbers out of torch. What is computed of them has no graph.</source>
        <translation>{0}에는 변화도가 없습니다: “{1}”이(가) 수를 torch 밖으로 꺼냈습니다. 그것으로 계산한 값에는 그래프가 없습니다.</translation>
    </message>
    <message>
        <source>{0} gets no gradient: “{1}” gives {2} numbers, which cannot have one.</source>
        <translation>{0}은(는) 변화도를 받지 않습니다. “{1}”의 결과는 {2} 수라서 변화도를 가질 수 없습니다.</translation>
    </message>
    <message>
        <source>{0} gets no gradient: the loss does not depend on the output of “{1}”.</source>
        <translation>{0}은(는) 변화도를 받지 않습니다. 손실이 “{1}”의 출력에 의존하지 않습니다.</translation>
    </message>
    <message>
        <source>{0} gets no gradient: this backward did not reach it.</source>
        <translation>{0}은(는) 변화도를 받지 않습니다. 이 backward가 이르지 않았습니다.</translation>
    </message>
    <message>
        <source>{0} got no gradient: {1} passed None on.</source>
        <translation>{0}은(는) 변화도를 받지 못했습니다. {1}이(가) None을 전달했습니다.</translation>
    </message>
    <message>
        <source>Nothing is recorded yet: step to see the gradient of {0}.</source>
        <translation>아직 기록된 것이 없습니다. 한 단계씩 실행하면 {0}의 변화도가 보입니다.</translation>
    </message>
    <message>
        <source>{0}.grad is None: backward has not reached it yet.</source>
        <translation>{0}.grad는 None입니다. backward가 아직 이르지 않았습니다.</translation>
    </message>
    <message>
        <source>{0}.grad is zeros, as the last iteration left it.</source>
        <translation>{0}.grad는 지난 반복이 남긴 대로 모두 0입니다.</translation>
    </message>
    <message>
        <source>{0}.grad is still the last iteration&apos;s (norm {1}): zero_grad has not run yet.</source>
        <translation>{0}.grad는 아직 지난 반복의 것입니다(노름 {1}). zero_grad가 아직 실행되지 않았습니다.</translation>
    </message>
    <message>
        <source>{0}.grad is None: zero_grad cleared it.</source>
        <translation>{0}.grad는 None입니다. zero_grad가 지웠습니다.</translation>
    </message>
    <message>
        <source>{0}.grad was None already: zero_grad had nothing to clear.</source>
        <translation>{0}.grad는 이미 None이었습니다. zero_grad가 지울 것이 없었습니다.</translation>
    </message>
    <message>
        <source>{0}.grad is zeros: zero_grad cleared it.</source>
        <translation>{0}.grad는 모두 0입니다. zero_grad가 지웠습니다.</translation>
    </message>
    <message>
        <source>{0}.grad was not cleared (norm {1}): the new gradient will be added to it.</source>
        <translation>{0}.grad를 지우지 않았습니다(노름 {1}). 새 변화도가 거기에 더해집니다.</translation>
    </message>
    <message>
        <source>{0}.grad is zeros from zero_grad: backward has not reached it yet.</source>
        <translation>{0}.grad는 zero_grad 때문에 모두 0입니다. backward가 아직 이르지 않았습니다.</translation>
    </message>
    <message>
        <source>{0}.grad is kept from before (norm {1}): backward has not reached it yet and will add to it.</source>
        <translation>{0}.grad는 이전 것이 남아 있습니다(노름 {1}). backward가 아직 이르지 않았고, 거기에 더하게 됩니다.</translation>
    </message>
    <message>
        <source>Backward computed the gradient of {0}: its norm is {1}.</source>
        <translation>backward가 {0}의 변화도를 계산했습니다. 노름은 {1}입니다.</translation>
    </message>
    <message>
        <source>autograd.grad computes the gradient of {0} and does not write {0}.grad: its norm is {1}.</source>
        <translation>autograd.grad는 {0}의 변화도를 계산하지만 {0}.grad에는 쓰지 않습니다. 변화도의 노름은 {1}입니다.</translation>
    </message>
    <message>
        <source>autograd.grad computes the gradient of {0} and does not write {0}.grad.</source>
        <translation>autograd.grad는 {0}의 변화도를 계산하지만 {0}.grad에는 쓰지 않습니다.</translation>
    </message>
    <message>
        <source>Backward computed the gradient of {0}: norm {1}. All-reduce made it the mean of {2} ranks: norm {3}.</source>
        <translation>backward가 {0}의 변화도를 계산했습니다: 노름 {1}. all-reduce가 {2}개 랭크의 평균으로 바꾸었습니다: 노름 {3}.</translation>
    </message>
    <message>
        <source>The gradient of {0} comes from the ranks together: its norm is {1}.</source>
        <translation>{0}의 변화도는 여러 랭크가 함께 만든 것입니다. 노름은 {1}입니다.</translation>
    </message>
    <message>
        <source>torch.func.grad computed the gradient of {0} and does not write {0}.grad: its norm is {1}. It leaves no graph: what computed it are the last operations of the loss.</source>
        <translation>torch.func.grad가 {0}의 기울기를 계산했고 {0}.grad에는 쓰지 않습니다. 노름은 {1}입니다. 그래프를 남기지 않으며, 이를 계산한 것은 손실의 마지막 연산들입니다.</translation>
    </message>
    <message>
        <source>Backward added to the existing {0}.grad: norm {2} before, {1} after.</source>
        <translation>backward가 있던 {0}.grad에 더했습니다. 노름은 전 {2}, 후 {1}입니다.</translation>
    </message>
    <message>
        <source>Backward has not reached {0} yet.</source>
        <translation>backward가 아직 {0}에 이르지 않았습니다.</translation>
    </message>
    <message>
        <source>This backward did not run {0}.</source>
        <translation>이 backward는 {0}을(를) 실행하지 않았습니다.</translation>
    </message>
    <message>
        <source>{0} got a gradient and passed None on.</source>
        <translation>{0}이(가) 변화도를 받아 None을 전달했습니다.</translation>
    </message>
    <message>
        <source>{0} got gradients of norm {1} and passed on gradients of norm {2}.</source>
        <translation>{0}이(가) 노름 {1}의 변화도를 받아 노름 {2}의 변화도를 전달했습니다.</translation>
    </message>
    <message>
        <source>The gradient of {0} is exactly zero: at {4}, {1} of {2} units of {3} let the gradient through.</source>
        <translation>{0}의 변화도는 정확히 0입니다. {4}에서 {3}의 유닛 {2}개 중 {1}개가 변화도를 통과시켰습니다.</translation>
    </message>
    <message>
        <source>The gradient of {0} is exactly zero: “{1}” multiplied by zeros only, so {2} passed zeros on.</source>
        <translation>{0}의 변화도는 정확히 0입니다. “{1}”이(가) 0만 곱해서 {2}이(가) 0을 전달했습니다.</translation>
    </message>
    <message>
        <source>The gradient of {0} is exactly zero: {1} got gradients up to {2} and passed only zeros on; its forward output lies between {3} and {4}.</source>
        <translation>{0}의 변화도는 정확히 0입니다. {1}이(가) {2}까지의 변화도를 받고 0만 전달했습니다. 순전파에서 그 출력은 {3}에서 {4} 사이입니다.</translation>
    </message>
    <message>
        <source>The gradient of {0} is exactly zero: it was zero where backward started.</source>
        <translation>{0}의 변화도는 정확히 0입니다. backward가 시작된 곳에서 이미 0이었습니다.</translation>
    </message>
    <message>
        <source>Backward added exactly zero to {0}.grad, which keeps its norm {5}: at {4}, {1} of {2} units of {3} let the gradient through.</source>
        <translation>backward가 {0}.grad에 정확히 0을 더해 노름 {5}이(가) 그대로입니다. {4}에서 {3}의 유닛 {2}개 중 {1}개가 변화도를 통과시켰습니다.</translation>
    </message>
    <message>
        <source>Backward added exactly zero to {0}.grad, which keeps its norm {3}: “{1}” multiplied by zeros only, so {2} passed zeros on.</source>
        <translation>backward가 {0}.grad에 정확히 0을 더해 노름 {3}이(가) 그대로입니다. “{1}”이(가) 0만 곱해서 {2}이(가) 0을 전달했습니다.</translation>
    </message>
    <message>
        <source>Backward added exactly zero to {0}.grad, which keeps its norm {5}: {1} got gradients up to {2} and passed only zeros on; its forward output lies between {3} and {4}.</source>
        <translation>backward가 {0}.grad에 정확히 0을 더해 노름 {5}이(가) 그대로입니다. {1}이(가) {2}까지의 변화도를 받고 0만 전달했습니다. 순전파에서 그 출력은 {3}에서 {4} 사이입니다.</translation>
    </message>
    <message>
        <source>Backward added exactly zero to {0}.grad, which keeps its norm {1}: the gradient was zero where backward started.</source>
        <translation>backward가 {0}.grad에 정확히 0을 더해 노름 {1}이(가) 그대로입니다. backward가 시작된 곳에서 변화도가 0이었습니다.</translation>
    </message>
    <message>
        <source>{1} first appeared in “{2}”, from inputs between {3} and {4}. It spread to {0}.</source>
        <translation>{1}은(는) “{2}”에서 처음 나타났습니다. 입력은 {3}에서 {4} 사이였습니다. 그것이 {0}(으)로 퍼졌습니다.</translation>
    </message>
    <message>
        <source>{1} first appeared in {2}, from gradients between {3} and {4}; in forward its inputs lay between {5} and {6}. It spread to {0}.</source>
        <translation>{1}은(는) {2}에서 처음 나타났습니다. 변화도는 {3}에서 {4} 사이, 순전파의 입력은 {5}에서 {6} 사이였습니다. 그것이 {0}(으)로 퍼졌습니다.</translation>
    </message>
    <message>
        <source>{0} itself already held {1} when this iteration started.</source>
        <translation>이 반복이 시작될 때 {0} 자체에 이미 {1}이(가) 있었습니다.</translation>
    </message>
    <message>
        <source>{2} already held {1} when this iteration started. It spread to {0}.</source>
        <translation>이 반복이 시작될 때 {2}에 이미 {1}이(가) 있었습니다. 그것이 {0}(으)로 퍼졌습니다.</translation>
    </message>
    <message>
        <source>The batch itself holds {1}. It spread to {0}.</source>
        <translation>배치 자체에 {1}이(가) 있습니다. 그것이 {0}(으)로 퍼졌습니다.</translation>
    </message>
    <message>
        <source>{1} reached {0} through {2}; where it first appeared is not recorded.</source>
        <translation>{1}이(가) {2}을(를) 거쳐 {0}에 이르렀습니다. 처음 나타난 곳은 기록되지 않았습니다.</translation>
    </message>
    <message>
        <source>{0}.grad held {1} before this backward, and the sum keeps it.</source>
        <translation>backward 전에 {0}.grad에 {1}이(가) 있었고, 더해도 그대로입니다.</translation>
    </message>
</context>
</TS>
