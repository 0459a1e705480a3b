## problem
# words of this part follow; keep parts apart
problem-defect = 程式出錯了：{ $what }
problem-defect-hint = 已存的內容都在；請執行 zhiban doctor，把結果交給管理員
problem-busy = { $what } 正被使用中
problem-busy-hint = 稍候幾秒再試；內容已保留
problem-not-saved = 沒存成：{ $cause }
problem-not-saved-hint = 您寫的都還在；清出空間或換個資料夾後再按一次
problem-read-only = 這份資料目前只能看，不能改
problem-read-only-hint = 另一個工作台正在寫入這份資料；關掉它，或在那邊修改
problem-file-missing = 找不到檔案 { $file }
problem-file-missing-hint = 請核對檔名與所在資料夾
problem-file-unreadable = 無法讀取 { $file }：{ $cause }
problem-file-unreadable-hint = 請確認檔案是否被其他程式開啟，或有無讀取權限
problem-file-unwritable = 無法寫入 { $file }：{ $cause }
problem-file-unwritable-hint = 請換個資料夾，或確認磁碟是否已滿
problem-file-exists = { $file } 已存在，未覆寫
problem-file-exists-hint = 請換個檔名
problem-not-utf8 = { $file } 不是 UTF-8 文字檔
problem-not-utf8-hint = 請另存為 UTF-8 再試
problem-not-found = 找不到 { $what }
problem-not-found-hint = 請核對編號；前 8 碼即可
problem-ambiguous = { $what } 不只一個：{ $candidates }
problem-ambiguous-hint = 請多寫幾碼
problem-not-understood = 看不懂 { $what }
problem-not-understood-hint = 您要的是 { $nearest } 嗎？
problem-not-allowed = { $who } 不能執行這一步：{ $what }
problem-not-allowed-hint = 請由主管處理，或轉交給主管
problem-too-long = { $what } 太長，最多 { $limit }
problem-too-long-hint = 請分成幾則，或改用附件
problem-empty = 尚未填寫 { $what }
problem-empty-hint = 填好再按一次
problem-cancelled = 已停止，完成的部分都已儲存
problem-clock = 這台電腦的時間不正確
problem-clock-hint = 請先校正系統時間，再開啟 zhiban
problem-random = 系統無法提供亂數：{ $cause }
problem-config-place = 找不到放置設定的資料夾
problem-config-place-hint = 請用 --config 與 --data 指定
problem-config-syntax = { $file } 第 { $line } 行不符 TOML 寫法：{ $cause }
problem-config-syntax-hint = 請對照 config.example.toml
problem-config-key = { $file } 第 { $line } 行：沒有 { $key } 這一項
problem-config-key-hint = 您要的是 { $nearest } 嗎？
problem-config-value = { $file } 第 { $line } 行：{ $key } 不能是 { $value }
problem-config-value-hint = 可填：{ $allowed }

## register
# words of this part follow; keep parts apart


## field
# words of this part follow; keep parts apart


## state
# words of this part follow; keep parts apart


## value
# words of this part follow; keep parts apart


## cli
# words of this part follow; keep parts apart


## capture
# words of this part follow; keep parts apart


## import
# words of this part follow; keep parts apart


## desk
# words of this part follow; keep parts apart
problem-nobody = 還沒有人簽到
problem-nobody-hint = 先簽到：zhiban sign-in，或用 --as 名字
problem-no-shop = 這裡還沒有店，只能看
problem-no-shop-hint = 用 zhiban init 新開一家，或等主管收你進店
problem-register = 沒有叫「{ $name }」的登記簿
problem-register-hint = zhiban list --help 列出全部
problem-owned = 這件是{ $owner }在辦
problem-owned-hint = 要接手請給一個理由
problem-transfer-reason = 「{ $reason }」不是轉交理由
problem-transfer-reason-hint = 可用：{ $reasons }
problem-person = 店裡沒有人或崗位叫「{ $name }」
problem-person-hint = 寫全名，或崗位 pre_sales in_sales after_sales general printing
problem-outcome = 「{ $outcome }」不是結果
problem-outcome-hint = 可用：ordered thinking out_of_stock price not_suitable solved passed_on no_answer ad
problem-snooze-past = 這個時間已經過了
problem-snooze-past-hint = 給一個以後的時間
problem-due-past = 這個時限已經過了
problem-due-past-hint = 給一個以後的時間
problem-field = { $register } 沒有「{ $field }」這一項
problem-field-hint = 有這些：{ $fields }
problem-field-mirror = 「{ $field }」抄自平台，不能手改
problem-field-mirror-hint = 匯入新的匯出檔會更新它
problem-field-value = 「{ $field }」不能是 { $value }
problem-field-value-hint = 看這一項能填什麼再填一次
problem-field-missing = 還差「{ $field }」，字還在
problem-move = 不能從「{ $from }」到「{ $to }」
problem-move-hint = 現在可以到：{ $next }
problem-nothing-said = 沒有字
problem-nothing-said-hint = 先寫一句
problem-follow-up-kind = 沒有「{ $kind }」這種追蹤
problem-follow-up-kind-hint = 可用：reminder callback visit urge
problem-order-number = 「{ $number }」認不出是單號
problem-order-number-hint = 從後台複製完整單號；打碼的單號不能用
problem-note-done = 五步都做完了
problem-note-first = 還沒做任何一步
problem-note-step = 還輪不到「{ $step }」，先做「{ $next }」
problem-note-step-hint = 五步不能跳
problem-note-printing = 簽收由列印崗來簽
problem-note-printing-hint = 等列印同事簽收，或找主管
problem-case-locked = 已經提交，不能直接改
problem-case-locked-hint = 用「更正」：原件保留，已核准作廢
problem-case-above-paid = 申請 { $asked }，最多可退 { $limit }
problem-case-above-paid-hint = 改小金額，或先看同單的其他退款
problem-case-over = 已經辦完，不能更正
problem-case-over-hint = 開一張新的售後單
problem-case-role = 這要組長或主管來核准
problem-case-role-hint = 提交後等核准，或請主管在場口頭核准
problem-case-not-submitted = 還沒提交
problem-case-self = 自己提交的不能自己核准
problem-case-self-hint = 請另一位有權限的同事核准
problem-case-void-role = 已提交的單要主管作廢
problem-case-void-role-hint = 自己的草稿可以自己作廢
problem-reason-missing = 要一個理由
problem-nothing-to-undo = 沒有可撤銷的
problem-act = 沒有第 { $act } 次操作
problem-act-hint = zhiban undo 不帶數字撤銷最近一次
problem-undo-authority = 核准、名冊這類決定不能撤銷
problem-undo-authority-hint = 用一個新的決定更正它
problem-undo-built-on = { $person }已經接著做了
problem-undo-built-on-hint = 請主管撤銷，或再改一次
problem-other-device = { $person }不在這台電腦上簽到
problem-other-device-hint = 用 zhiban join 把這台電腦加進來
problem-sign-out-open = 還有 { $count } 件沒交接
problem-sign-out-open-hint = F10 交接，或給一個理由
problem-not-signed-in = 今天還沒簽到
problem-not-signed-in-hint = 先簽到
span-now = 剛剛
span-minutes = { $n }分
span-hours = { $n }時
span-days = { $n }天
span-hours-minutes = { $hours }時{ $minutes }分
figure-overdue = 逾 { $span }
figure-left = 剩 { $span }
figure-waiting = 等 { $span }
flag-yes = 是
flag-no = 否
owner-nobody = 未指派
mark-ack = 簽
short-conversation = 對話
short-order = 單
short-note = 備註
short-case = 售後
short-promise = 承諾
short-reply = 話術
short-parcel = 包裹
short-complaint = 客訴
short-ticket = 協作
short-notice = 公告
short-review = 評價
short-sheet = 分工
short-handover = 交接
short-follow_up = 追蹤
short-follow_up-reminder = 提醒
short-follow_up-callback = 回電
short-follow_up-visit = 回訪
short-follow_up-urge = 催件
short-follow_up-mention = 提及
short-stock_out = 缺貨
short-attendance = 出勤
short-import = 匯入
short-customer = 客戶
short-person = 同事
short-account = 帳號
short-setting = 設定
view-waiting = 等我
view-at-risk = 快到期
view-mine = 我的
view-unowned = 未指派
leaf-order = 訂單
leaf-notes = 備註
leaf-cases = 售後
leaf-history = 往來
desk-todo = 待辦
desk-empty = 沒有等你的事。F2 登記一件，F3 搜尋一位買家，2 看快到期。
desk-empty-stale = 沒有等你的事 (只知道 { $time } 以前的訂單)
desk-nothing-open = Enter 打開一件
desk-first-owner = 首問
desk-undone = 已撤銷，再按撤銷前一次
desk-all-saved = 都已存 · 還沒有同步碟
desk-copied = 已複製 { $count }字 ({ $road })
desk-copied-unsure = 已交給{ $road } { $count }字，無法確認
desk-variable-missing = 還缺「{ $name }」，沒有複製
desk-variable-missing-hint = 補上或刪掉大括號再按 F9
window-title = ({ $count }) 值班 { $shop }
status-shift = 班
status-drill = 練習
status-orders = 訂單截至
status-orders-short = 單
status-stale = 過舊
status-sync = 同步
order-unverified = 待核訂單
order-paid = 實付
order-paid-unverified = 未核
order-refunded = 已退
order-in-refund = 退款中
side-no-order = 沒有訂單
side-state = 狀態
side-money = 金額
side-goods = 商品
side-note = 旗註
who-buyer = 買家
who-us = 我方
who-internal = 內部
who-system = 系統
entry-gone = (內容不在這台電腦上)
entry-void = 已撤回
entry-sent = 已送出
entry-copied = 已複製
step-claim = { $to }認領
step-assign = { $from } > { $to }
step-move = { $from } > { $to }
source-platform = 平台
source-rule = 店規
source-manual = 手動
source-own = 本人
composer-draft = 草稿
composer-count = { $count }字
composer-complete = 變數齊
composer-missing = 缺 { $name }


## tui
# words of this part follow; keep parts apart
tui-no-terminal = 這裡沒有終端機，工作台無法開啟
tui-no-terminal-hint = 請在終端機視窗執行 zhiban，或用 zhiban --help 看指令
tui-terminal-gone = 終端機關閉了，沒寫完的字留在草稿裡
tui-crash = 值班意外停止。沒寫完的字留在草稿裡。經過寫在 { $path }，裡面沒有顧客資料
tui-theme-wrong = { $file }：認不出「{ $word }」，最像的是 { $near }
tui-copied-native = 已複製 { $count }字 (本機)
tui-copied-terminal = 已交給終端機 { $count }字，無法確認
tui-plain = [純文字] 終端機不接受自動複製。用滑鼠選取下面全部，按終端機的複製鍵；Esc 返回
tui-small = 視窗太小
mark-overdue = 逾
mark-urgent = 急
mark-waiting = 等
mark-new = 新
mark-left = 留
mark-pending = 待
mark-approve = 批
mark-acknowledge = 簽
mark-conflict = 衝
mark-held = 核
form-more = Enter 換
form-missing = 差 { $count } 項
form-complete = 齊


## keys
# words of this part follow; keep parts apart
keyrow-help = 說明
keyrow-capture = 登記
keyrow-find = 搜尋
keyrow-replies = 罐頭
keyrow-note = 備註
keyrow-after_sale = 售後
keyrow-follow_up = 追蹤
keyrow-finish = 完成
keyrow-copy = 複製
keyrow-handover = 交接
keyrow-screens = 切換
keyrow-sync = 同步
keyrow-away = 暫離
command-help = 列出所有指令與按鍵
command-capture = 登記：一行字、對話、單號、檔案都可以
command-find = 搜尋買家、訂單、末碼、物流單號、電話
command-replies = 選一則罐頭回覆
command-note = 寫訂單備註，逐步完成
command-after_sale = 開售後單
command-follow_up = 記承諾、提醒或稍後處理
command-finish = 完成眼前這件：結案、送出、核准、簽名
command-copy = 複製眼前的文字並記錄
command-handover = 交接或接班
command-screens = 切換畫面
command-remark = 寫一則內部備註，可以 @ 人
command-transfer = 轉交給別人或其他職務
command-escalate = 呈報組長，仍由我負責
command-claim = 認領
command-snooze = 稍後處理
command-promise = 記一則承諾
command-remind = 到時提醒我
command-reveal = 顯示電話和地址 10 秒，會留紀錄
command-attach = 附上檔案或截圖
command-no = 駁回、作廢、不要：都要寫理由
command-why = 為什麼：出處、規則、排序、攔截
command-undo = 復原
command-text_block = 做成文字區塊，貼到群組
command-sync = 立即同步
command-away = 暫離、換人、簽退、結束
command-next_item = 下一件
command-next = 下一列
command-previous = 上一列
command-page_down = 下一頁
command-page_up = 上一頁
command-first = 第一列
command-last = 最後一列
command-open = 開啟
command-expand = 展開同一買家的其他件
command-collapse = 收合
command-back = 返回；沒寫完的留作草稿
command-next_pane = 下一欄
command-previous_pane = 上一欄
command-next_leaf = 側欄下一頁
command-previous_leaf = 側欄上一頁
command-mark = 標記這列
command-mark_all = 標記全部
command-delete = 從眼前移開：清單裡是稍後處理
command-view_0 = 看全部
command-view_1 = 看第 1 種：等我
command-view_2 = 看第 2 種：快到期
command-view_3 = 看第 3 種：我的
command-view_4 = 看第 4 種：未指派
command-view_5 = 看第 5 種
command-view_6 = 看第 6 種
command-view_7 = 看第 7 種
command-view_8 = 看第 8 種
command-view_9 = 看第 9 種
command-choose_1 = 取第 1 項
command-choose_2 = 取第 2 項
command-choose_3 = 取第 3 項
command-choose_4 = 取第 4 項
command-choose_5 = 取第 5 項
command-choose_6 = 取第 6 項
command-choose_7 = 取第 7 項
command-choose_8 = 取第 8 項
command-choose_9 = 取第 9 項
command-next_field = 下一欄位
command-previous_field = 上一欄位
command-next_missing = 下一個必填欄位
command-previous_missing = 上一個必填欄位
command-value_next = 下一個值
command-value_previous = 上一個值
command-toggle = 勾選
command-unfold = 展開選項
command-newline = 換行
command-swap_sides = 對調雙方
command-edit_field = 修改辨識出的欄位
command-accept = 照所選執行
command-add_reply = 疊加一則回覆
command-drop_reply = 移除一則回覆
command-improve_reply = 修改這則或提議新回覆
command-next_scope = 切換範圍
command-step_done = 本步完成
command-step_back = 撤回本步
command-unchanged = 照舊
command-all_unchanged = 綠色全部照舊
command-add_notice = 新增一則注意事項
command-take = 接下這件
command-take_all = 綠色全部接下
command-acknowledge = 簽收
command-confirm = 記為顧客已確認
command-review = 檢視審閱
command-export = 匯出
command-details = 看明細
command-new_record = 新增一筆
command-screen_desk = 前往工作台
command-screen_board = 前往看板
command-screen_printing = 前往列印台
command-screen_tables = 前往表格
command-screen_figures = 前往指標
command-screen_held = 前往待核與衝突
command-screen_sheet = 前往今日分工
command-screen_import = 前往匯入
command-screen_setup = 前往設定
command-sign_in = 簽到
command-sign_out = 簽退
command-change_person = 換人
command-lock = 鎖定畫面
command-messages = 看剛才的訊息
command-toggle_mouse = 開關滑鼠
command-next_language = 切換語言
command-next_theme = 切換配色
command-redraw = 重繪畫面
command-palette = 尋找指令
command-suspend = 暫時回到命令列
command-quit = 結束
context-any = 各處
context-desk = 工作台
context-list = 清單
context-timeline = 時間軸
context-composer = 草稿
context-side = 側欄
context-text = 輸入框
context-empty_line = 空行
context-form = 表單
context-menu = 選單
context-picker = 選取框
context-capture = 登記
context-paste = 貼上對話
context-find = 搜尋
context-replies = 罐頭回覆
context-note = 訂單備註
context-after_sale = 售後單
context-follow_up = 追蹤
context-handover = 交接
context-takeover = 接班
context-board = 看板
context-printing = 列印台
context-tables = 表格
context-figures = 指標
context-held = 待核與衝突
context-sheet = 今日分工
context-import = 匯入
context-setup = 設定
context-record = 紀錄
context-palette = 指令
context-message = 訊息
context-plain = 純文字
shown-Space = 空白鍵
shown-Backspace = 退格
shown-updown = 上下
shown-leftright = 左右
shown-digits = 數字
shown-altdigits = Alt+1..9
shown-typing = 打字
hint-select = 選
hint-open = 開啟
hint-open_short = 開
hint-mark = 標記
hint-newline = 換行
hint-next_pane = 換欄
hint-above = 前文
hint-scroll = 前後文
hint-confirm = 記為已確認
hint-leaf = 翻頁
hint-remark = 內部
hint-transfer = 轉交
hint-escalate = 呈報
hint-next_item = 下一件
hint-undo = 復原
hint-reveal = 顯示個資
hint-choose = 選
hint-close = 關閉
hint-close_short = 關
hint-do = 照所選執行
hint-field = 改欄位
hint-keep_draft = 留作草稿
hint-file = 歸入
hint-file_note = 歸入並寫備註
hint-file_case = 歸入並開售後單
hint-swap = 對調
hint-discard = 不要
hint-capture_new = 登記成新的
hint-filter = 即篩
hint-to_draft = 放進草稿
hint-copy_note = 複製並記
hint-stack = 疊一則
hint-take = 取
hint-step_done = 本步完成
hint-step_back = 撤回
hint-copy = 複製
hint-finish_close = 完成並關
hint-text_block = 文字區塊
hint-keep = 留草稿
hint-why = 依據
hint-row = 換列
hint-value = 選值
hint-tick = 勾選
hint-submit = 送出
hint-copy_readback = 複製覆誦
hint-drop = 作廢
hint-record = 記下
hint-fill = 填
hint-unchanged = 照舊
hint-all_unchanged = 綠全照舊
hint-sign_send = 簽名送出
hint-take_this = 接下
hint-take_all = 綠全接
hint-sign_receipt = 簽回條
hint-see_chat = 看對話
hint-later = 先放著
hint-acknowledge = 簽收
hint-copy_numbers = 複製單號
hint-stock_out = 缺貨登記
hint-palette = 指令
hint-next_block = 換區塊
hint-details = 明細
hint-approve = 核准
hint-refuse = 駁回
hint-reassign = 改派
hint-remind = 提醒
hint-review = 審閱
hint-export = 匯出
hint-new_record = 新增
hint-run = 執行
keys-syntax = { $file } 第 { $line } 行寫得不對：{ $detail }
keys-command = { $file } 第 { $line } 行：沒有指令「{ $word }」，最像的是 { $near }
keys-context = { $file } 第 { $line } 行：沒有位置叫「{ $word }」，最像的是 { $near }
keys-key = { $file } 第 { $line } 行：認不出按鍵「{ $word }」
keys-bare = { $file } 第 { $line } 行：「{ $word }」是打字用的，只能在清單或選單裡當指令
keys-field = { $file } 第 { $line } 行：沒有「{ $word }」這一項，最像的是 { $near }
keys-missing = { $file } 第 { $line } 行：缺「{ $word }」
keys-clash = { $file } 第 { $line } 行：「{ $word }」在同一處已經是 { $other }


## palette
# words of this part follow; keep parts apart
palette-title = 指令
palette-find = 找
palette-count = { $count } 項
palette-here = 這裡可用
palette-elsewhere = 其他位置可用
palette-none = 沒有叫「{ $word }」的指令
palette-keys = 按鍵


## composer
# words of this part follow; keep parts apart


## after-sale
# words of this part follow; keep parts apart


## note
# words of this part follow; keep parts apart


## handover
# words of this part follow; keep parts apart


## bundle
# words of this part follow; keep parts apart


## search
# words of this part follow; keep parts apart


## demo
# words of this part follow; keep parts apart


